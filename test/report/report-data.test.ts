import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, type Agent, compare, endRun, measure, openStore, type Store, type World } from 'clew';
import { describeRun } from '../../src/cli/describe-run.ts';
import { missingEpisodes, playMissing } from '../../src/runs/index.ts';
import faulty from '../world/fixtures/faulty-world.ts';
import {
  readTrajectory,
  reportData,
  reportSchema,
  resultOf,
  resultSchema,
  trajectoryViewSchema,
  type ReportData,
} from '../../src/report/index.ts';
import { exampleStep, exampleTask, exampleTrajectory } from '../trajectory/examples.ts';
import { makeStudy } from './study.ts';

/** A small study that is really played: a cold start, and two arms with two seeds each, on three levels. */
const study = { tasks: 6, seeds: 2, iterations: 8 };
let store: Store;
let data: ReportData;

beforeAll(async () => {
  store = await makeStudy(':memory:', study);
  data = reportData(store, { sample: 4 });
}, 300_000);
afterAll(() => store.close());

const row = (arm: string, level: string) => data.results.find(result => result.arm === arm && result.level === level)!;
const runsOf = (arm: string, level: string) =>
  [0, 1].map(seed => `eval ${arm} ${level} seed ${seed}`).filter(id => store.runs.get(id));

describe('the data of a report', () => {
  it('fit their schema, also after JSON', () => {
    expect(reportSchema.parse(JSON.parse(JSON.stringify(data)))).toEqual(data);
  });

  it('have how soon each arm had what the first trained arm ended with, seed by seed, on the levels of training', () => {
    expect(data.speedUps.map(({ level, baseline, arm }) => [level, baseline, arm])).toEqual([
      ['L0', 'GRPO', 'RLVMR'],
      ['L1', 'GRPO', 'RLVMR'],
    ]);
    for (const { axes, seeds, saved } of data.speedUps) {
      expect(seeds.map(({ seed }) => seed)).toEqual(['0', '1']);
      expect(axes.map(({ axis }) => axis)).toEqual(['tasks', 'tokens', 'seconds']);
      // GRPO is trained for 8 iterations of 2 tasks and 4,000 tokens, and ends with its level no later than then.
      for (const { baseline } of axes[0]!.seeds) expect(baseline).toBeLessThanOrEqual(16);
      for (const { baseline } of axes[1]!.seeds) expect(baseline).toBeLessThanOrEqual(32_000);
      for (const { ratio, reason } of axes.flatMap(({ seeds: told }) => told))
        expect(ratio === null).toBe(reason !== null);
      expect(saved.difference).not.toBeNull();
    }
  });

  it('have arms without a training run first, and levels from near to far', () => {
    expect(data.arms).toEqual(['cold start', 'GRPO', 'RLVMR']);
    expect(data.levels.map(({ label }) => label)).toEqual(['L0 (seen)', 'L1 (unseen)', 'L2 (held out)', 'training']);
    expect(reportData(store, { sample: 0, arms: ['RLVMR'] }).arms).toEqual(['RLVMR', 'cold start', 'GRPO']);
  });

  it('measure each arm on each level as clew measure does', () => {
    const measured = measure(store.trajectories.select({ run: 'eval cold start L0 seed 0' }));
    const { notes: _, by: __, ...figures } = measured;
    expect(row('cold start', 'L0').figures).toEqual(figures);
    const both = measure(store.trajectories.select({ run: runsOf('RLVMR', 'L1') }));
    const { success, rates } = row('RLVMR', 'L1').figures;
    expect([success.value, success.numerator, success.denominator]).toEqual([
      both.success.value,
      both.success.numerator,
      12,
    ]);
    expect(rates.stateActionRepeat.first10.value).toBe(both.rates.stateActionRepeat.first10.value);
  });

  it('have intervals over the seeds where an arm has several', () => {
    expect(row('cold start', 'L0').figures.success.interval!.method).toBe('Wilson');
    const { figures, seeds, notes } = row('GRPO', 'L0');
    expect(figures.success.interval!.method).toBe('seeds and tasks crossed');
    expect(seeds.map(({ seed, episodes }) => [seed, episodes])).toEqual([
      ['0', 6],
      ['1', 6],
    ]);
    expect(notes).toEqual([
      'The intervals of success, steps, inadmissible commands, repetition, format, recovery and what the world tells ' +
        'of the end hold the chance of 2 trainings and of the tasks.',
    ]);
    const both = measure(store.trajectories.select({ run: runsOf('GRPO', 'L0') })).recovery.refusedAgain;
    const { refusedAgain } = figures.recovery;
    expect([refusedAgain.numerator, refusedAgain.denominator]).toEqual([both.numerator, both.denominator]);
    expect(refusedAgain.interval!.method).toBe('seeds and tasks crossed');
  });

  it('have what the world tells of the end, with intervals over the seeds, below 0 too', () => {
    const own = openStore(':memory:');
    for (const seed of [0, 1]) {
      const run = `scored ${seed}`;
      own.runs.add({ id: run, kind: 'evaluation', world: 'w', config: { arm: 'scored', seed } });
      for (let i = 0; i < 6; i++)
        own.trajectories.add(
          exampleTrajectory({
            run,
            task: exampleTask(`w:seen:${i}`, { split: 'seen' }),
            outcomes: { score: -10 - i - seed, rlvmrSuccess: (i + seed) % 2 === 0 },
          }),
        );
    }
    const { outcomes } = reportData(own).results[0]!.figures;
    expect(outcomes!.means['score']).toMatchObject({ value: -13, interval: { method: 'seeds and tasks crossed' } });
    expect(outcomes!.means['score']!.interval!.low).toBeLessThan(-13);
    expect(outcomes!.rates['rlvmrSuccess']).toMatchObject({
      value: 0.5,
      interval: { method: 'seeds and tasks crossed' },
    });
    const [told] = resultOf(reportData(own)).table;
    expect(told!.outcomes!['score']).toMatchObject({ value: -13, of: 12 });
    own.close();
  });

  it('never measure an arm on what it was trained on', () => {
    expect(data.results.map(({ level }) => level)).not.toContain('training');
    expect(data.episodes.level.filter(level => data.levels[level]!.name === 'training')).toHaveLength(
      2 * study.seeds * study.iterations * 8,
    );
  });

  it('repeat in the third view over what every arm solved, the one cold start beside every seed', () => {
    const solved = (run: string) =>
      new Set([...store.trajectories.select({ run, success: true })].map(({ task }) => task.id));
    const cold = solved('eval cold start L1 seed 0');
    const common = [0, 1].map(seed =>
      [...cold].filter(task => ['GRPO', 'RLVMR'].every(arm => solved(`eval ${arm} L1 seed ${seed}`).has(task))),
    );
    expect(row('RLVMR', 'L1').matched!.episodes).toBe(common.flat().length);
    const theirs = common.flatMap((tasks, seed) =>
      [...store.trajectories.select({ run: `eval RLVMR L1 seed ${seed}` })].filter(({ task }) =>
        tasks.includes(task.id),
      ),
    );
    expect(row('RLVMR', 'L1').matched!.repetition.value).toBe(measure(theirs).rates.stateActionRepeat.pooled.value);
  });

  it('compare the later arm with the earlier one, seed by seed', () => {
    expect(data.comparisons.filter(({ level }) => level === 'L0').map(({ a, b }) => `${b} and ${a}`)).toEqual([
      'GRPO and cold start',
      'RLVMR and cold start',
      'RLVMR and GRPO',
    ]);
    const found = data.comparisons.find(({ a, b, level }) => a === 'GRPO' && b === 'RLVMR' && level === 'L2')!;
    const seedOf = ({ run }: { run: string }) => run.slice(-1);
    const wanted = compare(
      store.trajectories.select({ run: runsOf('GRPO', 'L2') }),
      store.trajectories.select({ run: runsOf('RLVMR', 'L2') }),
      { replicate: seedOf },
    );
    expect(found.pairs).toBe(12);
    expect(found.success.value).toBe(wanted.success.difference.value);
    expect(found.repetition.matched.value).toBe(wanted.differences.stateActionRepeat.matched.value);
    expect(found.seedTests.map(({ differences }) => differences)).toEqual(
      wanted.replicates!.tests.map(({ differences }) => differences),
    );
    expect(data.comparisons.find(({ a }) => a === 'cold start')!.pairs).toBe(12);
  });

  it('have the curves of every training run', () => {
    expect(
      data.curves.map(({ arm, seed, training, evaluation }) => [arm, seed, training.length, evaluation.length]),
    ).toEqual([
      ['GRPO', '0', 8, 4],
      ['GRPO', '1', 8, 4],
      ['RLVMR', '0', 8, 4],
      ['RLVMR', '1', 8, 4],
    ]);
    const stored = store.metrics.of('train RLVMR seed 1', 'train')[4]!.data as {
      success: number;
      rewards: Record<string, number>;
    };
    expect(data.curves[3]!.training[4]).toMatchObject({
      iteration: 5,
      success: stored.success,
      rewards: stored.rewards,
    });
  });

  it('say what the stored rewards paid an episode', () => {
    const sums = [...store.trajectories.select({ run: 'eval cold start L0 seed 0' })].map(({ id }) =>
      store.scores
        .of(id, 'rlvmr:fixed')
        .find(({ part }) => part === 'explore')!
        .steps.reduce((sum, paid) => sum + paid, 0),
    );
    const { mean, episodes } = row('cold start', 'L0').rewards['rlvmr:fixed/explore']!;
    expect(episodes).toBe(6);
    expect(mean).toBeCloseTo(sums.reduce((sum, paid) => sum + paid, 0) / 6, 12);
  });

  it('list every episode that is measured, and promise the same tasks of every arm to read', () => {
    const { episodes, tasks, runs } = data;
    expect(new Set(Object.values(episodes).map(column => column.length))).toEqual(new Set([episodes.id.length]));
    expect(episodes.id).toHaveLength(store.trajectories.count().trajectories);
    const readable = (arm: string) =>
      episodes.id
        .flatMap((id, i) =>
          episodes.readable[i] && data.arms[episodes.arm[i]!] === arm && data.levels[episodes.level[i]!]!.name === 'L0'
            ? [tasks[episodes.task[i]!]!.id]
            : [],
        )
        .toSorted();
    expect(readable('cold start')).toHaveLength(4);
    expect(readable('GRPO')).toEqual(readable('cold start'));
    expect(readable('RLVMR')).toEqual(readable('cold start'));
    const at = episodes.id.indexOf('train GRPO seed 0/3/household:train:7/2');
    expect([
      runs[episodes.run[at]!]!.id,
      episodes.iteration[at],
      episodes.rollout[at],
      tasks[episodes.task[at]!]!.id,
    ]).toEqual(['train GRPO seed 0', 3, 2, 'household:train:7']);
  });

  it('keep at most so many training episodes, in whole groups from the first iteration to the last', () => {
    const { episodes, notes } = reportData(store, { sample: 8, trainingEpisodes: 40 });
    const training = episodes.iteration.flatMap((iteration, i) =>
      iteration !== null && data.arms[episodes.arm[i]!] === 'GRPO'
        ? [{ iteration, readable: episodes.readable[i]! }]
        : [],
    );
    expect(training).toHaveLength(40);
    expect([
      Math.min(...training.map(({ iteration }) => iteration)),
      Math.max(...training.map(({ iteration }) => iteration)),
    ]).toEqual([1, 8]);
    expect(training.filter(({ readable }) => readable)).toHaveLength(8);
    expect(notes).toContain(
      'Of 128 training episodes of GRPO, 40 are listed: whole groups, spread over the iterations. Curves are of all of them.',
    );
  });

  it('say how it was run', () => {
    expect(data.runs.find(({ id }) => id === 'train RLVMR seed 1')).toMatchObject({
      kind: 'rl',
      status: 'done',
      engine: 'onnx cpu',
      arm: 'RLVMR',
      seed: '1',
      episodes: 64,
      command: 'clew train rl household --recipe rlvmr.yaml --seed 1',
      checkpoints: [{ iteration: 8, sha256: 'ab'.repeat(32) }],
    });
    expect(data.database).toBe(':memory:');
  });
});

describe('a trajectory to read', () => {
  it('has the tag, the thought, the command, the answer and the pay of every step', () => {
    const id = 'train RLVMR seed 0/8/household:train:16/1';
    const view = trajectoryViewSchema.parse(readTrajectory(store, id));
    const stored = store.trajectories.get(id)!;
    expect(view).toMatchObject({
      arm: 'RLVMR',
      level: 'training',
      task: { id: 'household:train:16', world: 'household' },
      initialObservation: stored.initialObservation,
      success: stored.success,
    });
    expect(view.steps.map(({ command, observation }) => [command, observation])).toEqual(
      stored.steps.map(({ command, observation }) => [command, observation]),
    );
    expect(view.steps[0]!.tag).toMatch(/planning|none/);
    expect(new Set(view.scores.map(({ method, kind }) => `${method} ${kind}`))).toEqual(
      new Set(['RLVMR advantage', 'outcome reward', 'rlvmr:fixed reward']),
    );
    expect(view.scores.every(({ steps }) => steps.length === stored.steps.length)).toBe(true);
  });

  it('is undefined where there is none', () => {
    expect(readTrajectory(store, 'nobody')).toBeUndefined();
  });
});

describe('the result of a report', () => {
  it('fits its schema, also after JSON', () => {
    const result = resultOf(data);
    expect(resultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  });

  it('has the headline table with intervals and counts', () => {
    const { table, training, conclusions } = resultOf(data);
    expect(table).toHaveLength(9);
    const { figures } = row('RLVMR', 'L0');
    const found = table.find(({ arm, level }) => arm === 'RLVMR' && level === 'L0')!;
    expect(found).toMatchObject({
      episodes: 12,
      tasks: 6,
      seeds: ['0', '1'],
      success: { value: figures.success.value, low: figures.success.interval!.low, of: 12 },
    });
    expect(found.recovery!.refusedAgain).toMatchObject({
      value: figures.recovery.refusedAgain.value,
      of: figures.recovery.refusedAgain.denominator,
    });
    const { firstErrors } = figures;
    expect(found.firstErrors!.neverErred).toMatchObject({
      value: firstErrors!.neverErred.value,
      of: firstErrors!.neverErred.denominator,
    });
    // A result of an earlier version has none.
    const { recovery: _, firstErrors: __, ...before } = found;
    const result = resultOf(data);
    expect(resultSchema.parse({ ...result, table: [before] }).table[0]).toEqual(before);
    expect(found.wellFormed.value).toBeCloseTo(1 - figures.rates.formatInvalid.pooled.value!, 12);
    expect(found.wellFormed.low!).toBeLessThanOrEqual(found.wellFormed.value!);
    expect(training[0]).toMatchObject({
      run: 'train GRPO seed 0',
      iterations: 8,
      alarms: [{ iteration: 3, level: 'warn', rule: 'tag collapse' }, { iteration: 4 }, { iteration: 5 }],
    });
    expect(conclusions).toHaveLength(18);
  });
});

it('a result says of every figure of a log that it lacks why it does', () => {
  const own = openStore(':memory:');
  own.runs.add({ id: 'log', kind: 'import', world: 'w', config: {} });
  const told = { accepted: null, refusal: null, stateBefore: null, stateAfter: null, parsed: null, subgoals: null };
  const steps = [exampleStep({ ...told, admissible: null, success: null })];
  own.trajectories.add(exampleTrajectory({ run: 'log', success: null, stopReason: null, steps }));
  const result = resultOf(reportData(own));
  expect(resultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  const [row] = result.table;
  const { recovery, repetition, thinking } = row!;
  const figures = [
    row!.success,
    row!.stepsOnSuccess,
    row!.wellFormed,
    row!.inadmissible,
    repetition.first10,
    repetition.pooled,
    ...Object.values(recovery!),
    thinking!.detour,
    thinking!.underthinking,
    thinking!.answerInclusive,
  ];
  for (const figure of figures) expect(figure).toMatchObject({ value: null, reason: expect.stringMatching(/\w+ \w+/) });
  expect(row!.steps).toEqual({ value: 1, low: null, high: null, of: 1 });
  expect(row).toMatchObject({
    tagInformation: null,
    tagInformationReason: 'no reply was judged: the agent or the log has no tags',
    thinking: {
      efficiency: null,
      efficiencyReason: 'it is the first arm of its level, beside which the others stand',
    },
  });
  own.close();
});

it('has what is asked where tasks leave something out, and nothing of it elsewhere', () => {
  const own = openStore(':memory:');
  own.runs.add({ id: 'asks', kind: 'evaluation', world: 'w', config: { arm: 'asks', level: 'L0' } });
  // Of three with a gap two ask, one of them rightly; the one without a gap asks too.
  const gap = { kind: 'which', matter: 'which' };
  const episodes = [
    { gap, command: 'ask which mug', success: true },
    { gap, command: 'ask where it belongs', success: false },
    { gap, command: 'look', success: true },
    { gap: { kind: 'none', matter: null }, command: 'ask which mug', success: true },
  ];
  episodes.forEach(({ gap, command, success }, i) => {
    const task = { ...exampleTask(`t${i}`), gap };
    own.trajectories.add(exampleTrajectory({ run: 'asks', task, success, steps: [exampleStep({ command })] }));
  });
  const result = resultOf(reportData(own));
  expect(resultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  expect(result.table[0]!.asking).toMatchObject({
    recall: { value: 2 / 3, of: 3 },
    falseAsks: { value: 1, of: 1 },
    precision: { value: 2 / 3, of: 3 },
    // Two found, one missed, one false alarm.
    f1: { value: 4 / 6, of: 4 },
    onTheMatter: { value: 1 / 2, of: 2 },
    lucky: { value: 1 / 3, of: 3 },
    declinedImpossible: { value: null, of: 0, reason: 'no task is impossible' },
    stepsAfterGoal: { value: null, of: 0, reason: 'the goal held in no episode that ended with done' },
  });
  expect(resultOf(data).table.every(({ asking }) => asking === undefined)).toBe(true);
  own.close();
});

describe('the command of a run', () => {
  it('is put together from what clew train rl kept, and null where nothing was', () => {
    const kept = openStore(':memory:');
    kept.runs.add({ id: 'my run', kind: 'rl', world: 'household', config: { arm: 'GRPO', seed: 3 } });
    kept.metrics.put('my run', {
      iteration: 0,
      phase: 'command',
      data: {
        world: './my world.ts',
        from: 'sft.safetensors',
        out: 'rl.safetensors',
        split: ['seen', 'unseen'],
        evaluateEvery: 5,
      },
    });
    kept.runs.add({ id: 'played', kind: 'rollout', world: 'household', config: { agent: 'expert' } });
    expect(reportData(kept).runs.map(({ command }) => command)).toEqual([
      "clew train rl './my world.ts' --from sft.safetensors --split seen,unseen --evaluate-every 5 --out rl.safetensors --seed 3 --run 'my run'",
      null,
    ]);
    kept.close();
  });
});

describe('a database with little in it', () => {
  it('has nothing to report when it is empty', () => {
    const empty = openStore(':memory:');
    expect(() => reportData(empty)).toThrow(
      ':memory: has nothing to report: no episode was played and no policy was trained. Play with `clew rollout` or `clew eval`, or train with `clew train rl`.',
    );
    empty.close();
  });

  it('shows a training that has only begun, and notes rows that cannot be read', () => {
    const begun = openStore(':memory:');
    begun.runs.add({ id: 'first', kind: 'rl', world: 'household', config: { arm: 'GRPO', seed: 3 } });
    begun.metrics.put('first', { iteration: 1, phase: 'train', data: { iteration: 1, success: 0.25 } });
    begun.metrics.put('first', { iteration: 2, phase: 'train', data: { iteration: 2, success: 'high' } });
    const { curves, notes, results } = reportData(begun);
    expect(curves).toMatchObject([
      { run: 'first', arm: 'GRPO', seed: '3', training: [{ iteration: 1, success: 0.25 }] },
    ]);
    expect(results).toEqual([]);
    expect(notes[0]).toMatch(/^The figures of iteration 2 of first are left out: success: /);
    expect(notes[1]).toBe('The run first is going on, or was killed: figures are of what it had stored.');
    begun.close();
  });

  it("tell a fault of the world's own code from a failure of the agent", async () => {
    const own = openStore(':memory:');
    own.runs.add({ id: 'played', kind: 'rollout', world: 'faulty', config: { agent: 'scripted' } });
    const tasks = faulty.tasks('train', 3);
    const scripted: Agent = {
      name: 'scripted',
      batching: 'synchronous',
      policyVersion: null,
      reply: async turns =>
        turns.map(({ episodeId }) =>
          episodeId.includes(':0')
            ? act('ring the silver bell')
            : episodeId.includes(':1')
              ? { error: 'no answer' }
              : act('leave'),
        ),
    };
    const world = faulty as unknown as World;
    const missing = missingEpisodes(own, 'played', tasks, 1);
    await playMissing(own, { missing, world, tasks, agent: scripted, run: 'played' });
    const { notes, runs } = reportData(own);
    expect(runs[0]!.failures).toMatchObject({ count: 2, ofWorld: 1 });
    expect(notes[0]).toContain("The run played failed, partly by a fault of the world's own code (faulty:train:0");
    expect(describeRun(own, own.runs.get('played')!)).toContain("failures, 1 of 2 by a fault of the world's own code");
    expect(reportSchema.parse(JSON.parse(JSON.stringify(reportData(own)))).runs[0]!.failures!.ofWorld).toBe(1);
    own.close();
  });

  it('notes every run that is not whole, with what it could not finish', () => {
    const store = openStore(':memory:');
    for (const id of ['whole', 'interrupted', 'lost', 'alarmed'])
      store.runs.add({ id, kind: id === 'alarmed' ? 'rl' : 'evaluation', world: 'household', config: { arm: id } });
    store.metrics.put('alarmed', { iteration: 1, phase: 'train', data: { iteration: 1, success: 0.25 } });
    endRun(store, 'whole');
    endRun(store, 'interrupted', { signal: AbortSignal.abort() });
    endRun(store, 'lost', { failures: ['task 7, rollout 0: no answer', 'task 8, rollout 0: no answer'] });
    // As databases of before have it, without a reason.
    store.runs.finish('alarmed', 'failed');
    expect(reportData(store).notes).toEqual([
      'The run interrupted was stopped before its end: figures are of what it had stored.',
      'The run lost failed (task 7, rollout 0: no answer, and 1 more): figures are of what it had stored.',
      'The run alarmed was ended by an alarm or an error: figures are of what it had stored.',
      'lost: 2 of 2 episodes are missing, and not at random. All other figures are of the rest.',
    ]);
    store.close();
  });
});
