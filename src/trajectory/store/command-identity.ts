import { commandIdentity } from '../../world/command-text.ts';

/** What a command counts as, where that is not the command itself: so that SQL compares commands as the metrics do. */
export function identityToStore(command: string | null): string | null {
  const counted = command === null ? null : commandIdentity(command);
  return counted === command ? null : counted;
}
