import { ClewError } from '../errors.ts';
import { type Codec, plainCodec } from './codec.ts';
import { alfworldCodec } from './codec-alfworld.ts';
import { alfworldNotesCodec } from './codec-alfworld-notes.ts';

const codecs = { plain: plainCodec, alfworld: alfworldCodec, 'alfworld-notes': alfworldNotesCodec } as const satisfies Readonly<Record<string, Codec>>;

export type CodecName = keyof typeof codecs;
export const codecNames = Object.keys(codecs) as [CodecName, ...CodecName[]];

/** The codec of that name, as checkpoints keep it. */
export function codecNamed(name: string): Codec {
  if (!Object.hasOwn(codecs, name)) throw new ClewError(`There is no codec "${name}"; this version of Clew has ${codecNames.join(', ')}.`);
  return codecs[name as CodecName];
}

/** The codecs in which a policy can read a world, the usual one first: the worlds that speak ALFWorld's sentences have some of their own. */
export function codecsOfWorld(world: string): readonly [Codec, ...Codec[]] {
  return world === 'household' || world === 'alfworld' ? [alfworldNotesCodec, alfworldCodec] : [plainCodec];
}

/** The codec of that name, or the usual one of the world. @throws ClewError when the world is not written so. */
export function codecOfWorld(world: string, name?: string): Codec {
  const codecs = codecsOfWorld(world);
  if (name === undefined) return codecs[0];
  const codec = codecNamed(name);
  if (!codecs.includes(codec)) throw new ClewError(`The codec "${name}" is not for ${world}, which is read with ${codecs.map(each => each.name).join(' or ')}.`);
  return codec;
}
