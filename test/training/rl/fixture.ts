/** A small policy that knows the form of replies and little else: made in seconds, and every run the same. */
import lockedRoom from '../../../envs/locked-room/index.ts';
import { layoutOf, Learner, type TrainedPolicy, trajectoryRow, newOrigin } from '../../../src/policy/index.ts';
import { sft } from '../../../src/training/sft.ts';
import { worldTokenizer } from '../../../src/training/vocabulary.ts';
import { plainCodec } from '../../../src/world/index.ts';
import { shown } from '../shown.ts';
import { tinyModel } from '../tiny-model.ts';

export const world = lockedRoom;

export async function smallPolicy(epochs = 6): Promise<TrainedPolicy> {
  const tokenizer = await worldTokenizer(world);
  const model = tinyModel(tokenizer.size, 512, 'small');
  const layout = layoutOf(tokenizer, plainCodec);
  const rows = (await shown(world, 24, 'small')).map(trajectory => trajectoryRow(trajectory, layout));
  const learner = await Learner.open(model, { workers: 0 });
  await sft({ learner, tokenizer, demonstrations: rows, epochs, tokensPerStep: 1000, learningRate: 3e-3 });
  await learner.close();
  return { model, tokenizer, codec: plainCodec, origin: newOrigin(world, plainCodec) };
}
