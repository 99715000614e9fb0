import type { World } from '../world/index.ts';

/** A world that the studio offers, or one that it names with the reason why it cannot be played. */
export type StudioWorld =
  | { readonly name: string; readonly world: World; readonly problem?: undefined }
  | { readonly name: string; readonly world?: undefined; readonly problem: string };
