/** For the tests of a world of one's own. */
export { conformance, freeze, type ConformanceOptions, type Property } from '../world/conformance.ts';
