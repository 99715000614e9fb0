import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import lockedRoom from '../../../envs/locked-room/index.ts';
import { completeKit, demonstrate, rulesAnnotator, trajectoryOf } from '../../../src/demonstrations/index.ts';
import { loadPolicy, trainable } from '../../../src/policy/index.ts';
import { etoSettingsSchema, trainEto } from '../../../src/training/stages/index.ts';
import { writeTinyFolder } from '../../policy/published/tiny-folder.ts';

const root = mkdtempSync(path.join(tmpdir(), 'clew-published-eto-'));
afterAll(() => rmSync(root, { recursive: true }));
const model = await writeTinyFolder(path.join(root, 'model'), { config: { max_position_embeddings: 8192 } });

describe('ETO of a published model', () => {
  it('trains an adapter on text pairs, and goes on bit for bit', async () => {
    const { createExpert, mistakes } = completeKit(lockedRoom);
    const [record] = lockedRoom.tasks('train', 1);
    const shown = demonstrate({ world: lockedRoom, record: record!, createExpert, mistakes, rate: 0 });
    const played = trajectoryOf(shown, (await rulesAnnotator().annotate(shown)) as string[], 'pairs', 'rules');
    const pair = [true, false].map((success, i) => ({
      ...played,
      id: `${played.id}-${i}` as typeof played.id,
      rollout: i,
      success,
      steps: played.steps.slice(0, 2 - i),
    }));
    const begin = async (name: string, stopAfter = Infinity) => {
      const stop = new AbortController();
      const losses: number[] = [];
      const { policy } = await trainEto(
        {
          world: lockedRoom,
          start: await trainable(await loadPolicy(model, lockedRoom), { lora: 2 }, 0),
          out: path.join(root, name),
          every: 1,
          learner: { workers: 0 },
          signal: stop.signal,
          onStep({ step, loss }) {
            losses.push(loss);
            if (step === stopAfter) stop.abort();
          },
        },
        pair,
        etoSettingsSchema.parse({ epochs: 4, learningRate: 0.01 }),
      );
      return { policy, losses };
    };
    const { policy, losses } = await begin('straight');
    expect(losses[0]).toBeCloseTo(Math.log(2), 5);
    expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.01);
    expect((await begin('stopped', 2)).policy).toBeNull();
    expect((await begin('stopped')).policy!.model.parameters).toEqual(policy!.model.parameters);
  });
});
