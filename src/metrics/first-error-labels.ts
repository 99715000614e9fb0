/** By what a lost episode first erred: see `FirstErrors`. */
export type FirstErrorKind = 'malformed' | 'standsThere' | 'notThere' | 'refusedOtherwise' | 'placeSeen' | 'neverErred';

/** How tables call them. In a file without other code, because the page of the report reads it too. */
export const firstErrorLabels: Readonly<Record<FirstErrorKind, string>> = {
  malformed: 'no command',
  standsThere: 'where it stands',
  notThere: 'what is not there',
  refusedOtherwise: 'refused otherwise',
  placeSeen: 'a place seen',
  neverErred: 'none: never looked',
};
