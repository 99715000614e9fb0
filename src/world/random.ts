/**
 * Seeded draws, keyed by meaning: `createRandom('locked-room', 'train', 17)` gives the same numbers on every machine,
 * whoever asks and in whatever order, so a result never depends on a worker or on time.
 */
export interface Random {
  /** A number in [0, 1). */
  (): number;
  /** A whole number in [0, below). */
  int(below: number): number;
  /** One of the items; throws when there is none. */
  pick<const T>(items: readonly T[]): T;
  /** The items in a random order; the argument is left as it is. */
  shuffle<T>(items: readonly T[]): T[];
}

/** A generator for one key. Parts are kept apart, so `('a', 'b')` and `('ab')` differ. */
export function createRandom(...key: readonly (string | number)[]): Random {
  let [a, b, c, d] = hash128(JSON.stringify(key));
  // sfc32: 128 bits of state, passes PractRand; a key is hashed to all of them, so that two keys seldom share a stream.
  const next = (() => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 2 ** 32;
  }) as Random;
  for (let i = 0; i < 12; i++) next();
  next.int = below => Math.floor(next() * below);
  next.pick = items => {
    if (items.length === 0) throw new RangeError('random.pick needs at least one item to pick from');
    return items[next.int(items.length)]!;
  };
  next.shuffle = items => {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = next.int(i + 1);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  };
  return next;
}

/** A 64-bit hash of a text as 16 hexadecimal digits: stable across machines and versions. Not for secrets. */
export function hash(text: string): string {
  const [a, b] = hash128(text);
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}

/** Four multiply-and-xor lanes over the UTF-16 units, mixed with murmur3's finaliser. */
function hash128(text: string): [number, number, number, number] {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let d = 0xdeadbeef;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x85ebca77);
    b = Math.imul(b ^ unit, 0xc2b2ae3d);
    c = Math.imul(c ^ unit, 0x27d4eb2f);
    d = Math.imul(d ^ unit, 0x165667b1);
    a = (a << 13) | (a >>> 19);
    c = (c << 11) | (c >>> 21);
  }
  a = mix(a ^ text.length ^ d);
  b = mix(b ^ a);
  c = mix(c ^ b);
  d = mix(d ^ c);
  return [a, b, c, d];
}

function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
