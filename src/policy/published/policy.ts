import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ClewError } from '../../errors.ts';
import { plainCodec, type World } from '../../world/index.ts';
import { type Checkpoint, type Origin, originSchema } from '../checkpoint.ts';
import { needMemory } from '../memory.ts';
import { parameterCount } from '../parameters.ts';
import { chatLayout, type PublishedPolicy } from './chat-layout.ts';
import { openPublishedFolder } from './folder.ts';
import { adaptedModel, frozenModel } from './model.ts';
import { namedModel } from './named.ts';

/** What Clew writes beside a model or an adapter that it has trained. */
export const originFile = 'clew.json';

const originFileSchema = z.strictObject({
  format: z.literal('clew-published-1'),
  origin: originSchema,
  tokenizer: z.string(),
  /** The hash of the weights that an adapter stands on. */
  base: z.string().optional(),
});
export type OriginFile = z.infer<typeof originFileSchema>;

/** What Clew wrote beside a model or an adapter; undefined for what others have made. */
export async function readOrigin(folder: string): Promise<OriginFile | undefined> {
  const file = path.join(folder, originFile);
  if (!existsSync(file)) return undefined;
  try {
    return originFileSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new ClewError(`${file} cannot be read: it is not what Clew writes beside a model.`, { cause: error });
  }
}

/**
 * A published model as a policy, with its adapter if there is one. It plays any world, through its chat template. Its
 * weights stay in their file; an adapter is what would be trained on.
 * @param name FOLDER or FOLDER+ADAPTER
 * @throws ClewError when it cannot play: it is damaged, has no chat template that can be played in turns, an adapter of
 *   another model, a context too short for the rules of the world, or more weights than there is memory
 */
export async function loadPublishedPolicy(
  name: string,
  world: Pick<World, 'name' | 'commands'>,
): Promise<Checkpoint & { origin: Origin; codec: typeof plainCodec; published: PublishedPolicy }> {
  const { model, adapter } = await namedModel(name);
  const adapterFolder = adapter?.folder;
  const folder = await openPublishedFolder(model);
  if (!folder.template)
    throw new ClewError(
      `${folder.folder} has no chat template: it was not trained to answer. Take the variant of the model that ` +
        `was (its name often ends in Instruct).`,
    );
  const known = await readOrigin(adapterFolder ?? folder.folder);
  if (known && known.tokenizer !== folder.tokenizer.hash)
    throw new ClewError(
      `${adapterFolder ?? folder.folder} was trained with another tokenizer than that of ${folder.folder}.`,
    );
  if (known?.base !== undefined && known.base !== folder.hash)
    throw new ClewError(
      `The adapter ${adapterFolder} was trained on other weights than those of ${folder.folder} (${known.base}, ` +
        `not ${folder.hash}).`,
    );
  const published = { folder, commands: world.commands };
  checkPrompt(published, world);
  const weights = parameterCount(folder.config);
  needMemory(
    4 * weights,
    `Computing with the ${weights.toLocaleString('en')} weights of ${folder.folder}`,
    'Take a smaller model.',
  );
  return {
    model: adapter ? await adaptedModel(folder, adapter) : frozenModel(folder),
    tokenizer: folder.tokenizer,
    codec: plainCodec,
    origin: known?.origin ?? {
      world: world.name,
      codec: plainCodec.name,
      codecVersion: plainCodec.version,
      stages: [],
    },
    published,
  };
}

/**
 * Says before anything is begun that a world cannot be played: its rules and commands come before every task.
 * @throws ClewError for a template that does not show messages in turn, and a context that they fill
 */
function checkPrompt(published: PublishedPolicy, { name }: Pick<World, 'name'>): void {
  const { folder, config } = published.folder;
  let rules: number;
  try {
    rules = chatLayout(published).start({ initialObservation: '', task: { goal: '' } }).length;
  } catch (error) {
    if (!(error instanceof ClewError)) throw error;
    throw new ClewError(`The chat template of ${folder} cannot be played: ${error.message}`, { cause: error });
  }
  if (rules >= config.context)
    throw new ClewError(
      `The rules and commands of ${name} alone have ${rules} tokens, and the context of ${folder} is ` +
        `${config.context} (max_position_embeddings). Take a model with a longer context.`,
    );
}
