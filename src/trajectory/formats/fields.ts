/** The name of a task in a log's record, under any of the usual keys. */
export function taskName(record: Readonly<Record<string, unknown>>): string | undefined {
  for (const key of ['task_id', 'item_id', 'task', 'id']) {
    const value = record[key];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return undefined;
}

/** `true`, `1` and `"True"` and their opposites, as logs write them; null for anything else, which says nothing. */
export function yesOrNo(value: unknown): boolean | null {
  const text = String(value).toLowerCase();
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  return null;
}
