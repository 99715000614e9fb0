import { ClewError } from '../../errors.ts';
import { adaptable } from '../config.ts';
import type { Model } from '../parameters.ts';
import { newAdapter, wholeModel } from './model.ts';
import type { PublishedPolicy } from './chat-layout.ts';

/** A policy of which something can be trained. */
interface Trained {
  readonly model: Model;
  readonly published?: PublishedPolicy;
}

/** What of a published model is trained. */
export interface Trainable {
  /** The rank of a new adapter on all matrices of its layers. */
  readonly lora?: number | undefined;
  /** What the adapter's product is multiplied by is alpha / rank; twice the rank if left out. */
  readonly loraAlpha?: number | undefined;
  /** All parameters. */
  readonly full?: boolean | undefined;
}

/**
 * A policy of which something can be trained: the adapter that it has, a new one, or all of it.
 * @param seed draws the start of a new adapter
 * @throws ClewError when it is not said what, or what is said does not fit the policy
 */
export async function trainable<Policy extends Trained>(
  policy: Policy,
  { lora, loraAlpha, full = false }: Trainable,
  seed: string | number,
): Promise<Policy> {
  const { published, model } = policy;
  if (!published) {
    if (lora !== undefined || loraAlpha !== undefined || full)
      throw new ClewError(
        "--lora, --lora-alpha and --full are for published models; a policy of Clew's own is trained whole.",
      );
    return policy;
  }
  if (model.config.adapter) {
    if (lora !== undefined || full)
      throw new ClewError('The policy has an adapter already, which is trained on: leave out --lora and --full.');
    return policy;
  }
  if (lora !== undefined && full) throw new ClewError('Either an adapter is trained (--lora RANK) or all (--full).');
  if (full) return { ...policy, model: await wholeModel(published.folder) };
  if (lora === undefined)
    throw new ClewError(
      `Say what of ${published.folder.folder} is trained: --lora 16, an adapter beside its frozen weights, or ` +
        `--full, all of them, which takes several times the memory.`,
    );
  const adapter = { rank: lora, alpha: loraAlpha ?? 2 * lora, rankStabilised: false, targets: adaptable };
  return { ...policy, model: newAdapter(published.folder, adapter, seed) };
}

/**
 * A policy that was written by a training and read again, as it was trained: all weights of a published model are read
 * into memory where all of them were trained in `start`.
 */
export async function trainedLike<Policy extends Trained>(policy: Policy, start: Trained): Promise<Policy> {
  const whole = start.published && !start.model.config.frozen;
  return whole ? { ...policy, model: await wholeModel(policy.published!.folder) } : policy;
}
