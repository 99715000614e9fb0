/** Admissible commands that begin with the same word. */
export interface CommandGroup {
  readonly verb: string;
  readonly commands: readonly string[];
}

/** The commands in which every word of `filter` occurs, grouped by verb, both in the world's order. */
export function commandGroups(commands: readonly string[], filter = ''): CommandGroup[] {
  const wanted = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, string[]>();
  for (const command of commands) {
    const text = command.toLowerCase();
    if (!wanted.every(word => text.includes(word))) continue;
    const verb = command.split(' ', 1)[0]!;
    const group = groups.get(verb);
    if (group) group.push(command);
    else groups.set(verb, [command]);
  }
  return [...groups].map(([verb, list]) => ({ verb, commands: list }));
}
