/** A part of a reward as a legend names it: without the method where no other method has such a part. */
export function partName(part: string, all: readonly string[]): string {
  const [method = '', name = ''] = splitPart(part);
  return method === name || all.filter(other => splitPart(other)[1] === name).length === 1 ? name : `${method} ${name}`;
}

function splitPart(part: string): [string, string] {
  const cut = part.lastIndexOf('/');
  return [part.slice(0, Math.max(0, cut)), part.slice(cut + 1)];
}
