import { embeddedSource } from './embedded-source.ts';
import { mountReport } from './mount.ts';

mountReport(document.getElementById('clew')!, embeddedSource());
