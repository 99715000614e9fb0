import { newOrigin, type TrainedPolicy } from '../../../src/policy/index.ts';
import { sftSettingsSchema, trainSft } from '../../../src/training/stages/index.ts';
import { worldTokenizer } from '../../../src/training/vocabulary.ts';
import { plainCodec, type World } from '../../../src/world/index.ts';
import { shown } from '../shown.ts';
import { tinyModel } from '../tiny-model.ts';
import levers from './levers.ts';

const world = levers as unknown as World;

/** A policy that has been shown the form of a reply, and nothing that would help. */
export async function newcomer(out: string): Promise<TrainedPolicy> {
  const tokenizer = await worldTokenizer(world);
  const model = tinyModel(tokenizer.size, 256, 'levers');
  const { policy } = await trainSft(
    {
      world,
      start: { model, tokenizer, codec: plainCodec, origin: newOrigin(world, plainCodec) },
      out,
      learner: { workers: 0 },
    },
    { trajectories: await shown(world, 12, 'levers'), content: 'shown' },
    sftSettingsSchema.parse({ epochs: 60, tokensPerStep: 120, learningRate: 3e-3, permuteThings: 0 }),
  );
  return policy!;
}
