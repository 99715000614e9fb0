import type { Player } from 'clew';
export function createExpert(): Player { throw new Error('x'); }
