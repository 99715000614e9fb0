/** What a metric says of every step of an episode: yes, no, or that the log lacks the facts. */
export type Flags = Uint8Array;

export const no = 0;
export const yes = 1;
export const unknown = 2;

/** Flags of an episode that lacks the facts altogether. */
export function allUnknown(length: number): Flags {
  return new Uint8Array(length).fill(unknown);
}
