import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type IterationReport, readRlRecipe, type RlOptions, trainRl } from '../../../src/training/rl/index.ts';
import { contentHash, openStore } from '../../../src/trajectory/index.ts';
import type { World } from '../../../src/world/index.ts';
import levers from '../stages/levers.ts';
import { newcomer } from '../stages/newcomer.ts';

const folder = mkdtempSync(join(tmpdir(), 'clew-rl-hindsight-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Who pulled a lever that opens nothing would have opened a door that it opens. */
const world = {
  ...levers,
  kit: {
    ...levers.kit,
    otherGoals: (task: { right: string }, commands: readonly string[]) =>
      commands.map(command => ({ ...task, right: /the (\w+) lever/.exec(command)![1]! })),
  },
} as unknown as World;

const recipe = readRlRecipe({
  iterations: 4,
  tasks: 4,
  rollouts: 2,
  replyTokens: 48,
  learningRate: 1e-3,
  miniBatches: 1,
  alarms: 'warn',
  selfImitation: { tokens: 5000, hindsight: true, permuteThings: 0 },
});

it('what lost episodes did achieve is imitated; stopped and resumed, the same of it', async () => {
  const start = await newcomer(join(folder, 'start.safetensors'));
  const stores = ['straight', 'stopped'].map(name => openStore(join(folder, `${name}.db`)));
  const reports: IterationReport[][] = [[], []];
  const options = (which: 0 | 1): RlOptions => ({
    world,
    recipe,
    start,
    seed: 1,
    store: stores[which]!,
    run: 'arm',
    out: join(folder, `${which}.safetensors`),
    compute: { workers: 0 },
    onIteration: report => void reports[which]!.push(report),
  });
  const straight = await trainRl(options(0));
  const stop = new AbortController();
  await trainRl({
    ...options(1),
    signal: stop.signal,
    onIteration: report => {
      reports[1]!.push(report);
      if (report.iteration === 2) stop.abort();
    },
  });
  const resumed = await trainRl(options(1));
  const episodes = reports.map(each => each.map(({ imitation }) => imitation!.episodes));
  // More than were won: a task that was lost is imitated too.
  expect(episodes[0]!.at(-1)).toBeGreaterThan(new Set(wonTasks(stores[0]!)).size);
  expect(episodes[1]).toEqual(episodes[0]);
  expect(resumed.policy!.model.parameters).toEqual(straight.policy!.model.parameters);
  expect(contentHash(stores[1]!)).toBe(contentHash(stores[0]!));
  for (const store of stores) store.close();
}, 240_000);

function wonTasks(store: ReturnType<typeof openStore>): string[] {
  return store.trajectories.summaries({ run: 'arm', success: true }).map(({ task }) => task);
}
