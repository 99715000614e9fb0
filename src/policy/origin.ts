import { existsSync } from 'node:fs';
import { calledAs } from '../world/index.ts';
import path from 'node:path';
import { ClewError } from '../errors.ts';
import { type Codec, plainCodec, versionOf, type World } from '../world/index.ts';
import { type Checkpoint, loadCheckpoint, type Origin } from './checkpoint.ts';
import type { EpisodeLayout } from './episode-layout.ts';
import { type Layout, layoutOf } from './layout.ts';
import { chatLayout, type PublishedPolicy } from './published/chat-layout.ts';
import { faultOfName, publishedPaths } from './published/named.ts';
import { loadPublishedPolicy } from './published/policy.ts';

/**
 * A checkpoint with its whole past and the codec in which it reads and writes, so that it can be played and trained on.
 * Where `published` is there it is a published model, which reads and writes in the form of its chat template.
 */
export type TrainedPolicy = Checkpoint & {
  readonly origin: Origin;
  readonly codec: Codec;
  readonly published?: PublishedPolicy;
};

/** The codec in which policies read a world: its kit's, or the world's own text. */
export function codecOf(world: Pick<World, 'kit'>): Codec {
  return world.kit.codec ?? plainCodec;
}

/**
 * Whether there is a policy under this name: a checkpoint, or the folder of a published model with perhaps `+` and that
 * of an adapter.
 */
export function policyExists(file: string): boolean {
  const name = plainName(file);
  return publishedPaths(name) !== undefined || (existsSync(name) && faultOfName(name) === undefined);
}

/**
 * What is wrong with the name of a policy: a folder or a file of another kind, half of MODEL+ADAPTER. Undefined for a
 * policy, and where nothing of that name is.
 */
export function faultOfPolicy(file: string): string | undefined {
  return faultOfName(plainName(file));
}

/** The name of a policy as it lies on the disk: commands name policies as agents are named, or without the word. */
export function plainName(file: string): string {
  return file.replace(/^policy:/, '');
}

/**
 * Reads a checkpoint that is to play a world. It may have been trained in another world, if both have the same codec;
 * worlds without a codec play only policies of their own.
 *
 * @example
 * import { loadPolicy, policyAgent } from 'clew/policy';
 * import world from 'clew/worlds/household';
 *
 * const checkpoint = await loadPolicy('cold-start.safetensors', world);
 * const agent = await policyAgent({ checkpoint, temperature: 0.4 });
 * await agent.close();
 *
 * @throws ClewError when it was trained on texts of another kind, or does not say on which.
 */
export async function loadPolicy(
  name: string,
  world: Pick<World, 'name' | 'kit' | 'commands'>,
): Promise<TrainedPolicy> {
  const file = plainName(name);
  if (publishedPaths(file)) return loadPublishedPolicy(file, world);
  const fault = faultOfName(file);
  if (fault !== undefined) throw new ClewError(fault);
  const checkpoint = await loadCheckpoint(file);
  const { origin } = checkpoint;
  if (!origin)
    throw new ClewError(
      `${file} does not say which texts it was trained on: it was not made by clew train, or by an older version. ` +
        `Train it anew.`,
    );
  const current = codecOf(world);
  if (origin.codec !== current.name || (current.name === plainCodec.name && origin.world !== world.name))
    throw new ClewError(
      `${path.basename(file)} was trained on the texts of ${origin.world} (codec "${origin.codec}") and cannot ` +
        `play ${world.name}, which is written otherwise (codec "${current.name}"). Train a policy on ${world.name}: ` +
        `clew train pretrain ${calledAs(world)} --out FILE.`,
    );
  const { codecVersion = 1 } = origin;
  const codec = [current, ...(current.earlier ?? [])].find(
    // One that is made from another, by spreading it, brings along what that one was.
    each => each.name === current.name && versionOf(each) === codecVersion,
  );
  if (!codec)
    throw new ClewError(
      `${path.basename(file)} was trained on version ${codecVersion} of the codec "${current.name}", and ` +
        `${world.name} is written in version ${versionOf(current)}: it would read texts that it has never seen. ` +
        `Train a policy anew: clew train pretrain ${calledAs(world)} --out FILE.`,
    );
  return { ...checkpoint, origin, codec };
}

/** The origin of a policy that has not been trained yet. */
export function newOrigin({ name }: Pick<World, 'name'>, codec: Codec): Origin {
  return { world: name, codec: codec.name, codecVersion: versionOf(codec), stages: [] };
}

/** Says that a policy reads an earlier version of its world's codec than new ones do; undefined where it does not. */
export function earlierCodecNote(
  { codec, published }: Pick<TrainedPolicy, 'codec' | 'published'>,
  world: Pick<World, 'name' | 'kit'>,
): string | undefined {
  const [read, now] = [versionOf(codec), versionOf(codecOf(world))];
  return published || read === now
    ? undefined
    : `It was trained on version ${read} of the codec "${codec.name}" (now ${now}), and goes on to read ${world.name} ` +
        `in it.`;
}

/**
 * The layout in which a policy of Clew's own words reads and writes. @throws ClewError for a published model, which has
 * others
 */
export function layoutOfPolicy({
  tokenizer,
  codec,
  published,
}: Pick<TrainedPolicy, 'tokenizer' | 'codec' | 'published'>): Layout {
  if (published)
    throw new ClewError(
      `${published.folder.folder} is a published model: this is done with policies of Clew's own words only.`,
    );
  return layoutOf(tokenizer, codec);
}

/** The layout in which a policy reads and writes episodes, whatever its words. */
export function episodeLayoutOf(policy: Pick<TrainedPolicy, 'tokenizer' | 'codec' | 'published'>): EpisodeLayout {
  return policy.published ? chatLayout(policy.published) : layoutOf(policy.tokenizer, policy.codec);
}
