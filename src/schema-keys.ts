/** The settings that a zod schema has at a place; none where it is no group of settings. */
export function keysAt(root: unknown, path: readonly PropertyKey[]): string[] {
  let schema = root;
  for (const key of path) {
    schema =
      typeof key === 'number'
        ? (opened(schema) as { element?: unknown }).element
        : (opened(schema) as { shape?: Record<PropertyKey, unknown> }).shape?.[key];
    if (schema === undefined) return [];
  }
  return Object.keys((opened(schema) as { shape?: object }).shape ?? {});
}

/** Without the defaults around it, and before it is turned into something else. */
function opened(schema: unknown): unknown {
  const { def } = schema as { def?: { innerType?: unknown; in?: unknown } };
  const inner = def?.innerType ?? def?.in;
  return inner === undefined ? schema : opened(inner);
}
