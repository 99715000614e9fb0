import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { expertAgent, openStore, randomAgent, studentQuantile, type Trajectory } from 'clew';
import { resultSchema } from 'clew/report';
import household from 'clew/worlds/household';
import householdAsks from '../../envs/household-asks/index.ts';
import { figureOf, figureSchema, readFigures, readPolicies, tables } from '../../scripts/results/alfworld.ts';
import { askingTableOf, evaluationsOf } from '../../scripts/results/asking.ts';
import { overSeeds, runsOf, tablesOf } from '../../scripts/results/first-rl.ts';
import { againstTableOf, newPage, placed, tableOf as systemsTableOf } from '../../scripts/results/metacognition.ts';
import { withSections } from '../../scripts/results/sections.ts';
import { readSettings } from '../../src/cli/settings-file.ts';
import { readStudyRecipe } from '../../src/study/index.ts';
import { budgetOf, duringTableOf } from '../../scripts/results/training-budget.ts';
import { tableOf } from '../../scripts/results/real-models.ts';
import { putTraining } from '../report/hand-made-training.ts';
import { play, skilledAgent } from '../report/study.ts';

const results = new URL('../../docs/results/', import.meta.url);
const text = (file: string) => readFileSync(new URL(file, results), 'utf8');
const folder = mkdtempSync(path.join(os.tmpdir(), 'clew-results-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the figures of ALFWorld', () => {
  const figures = readFigures();

  it('are the tables of the page', () => {
    const page = text('alfworld/README.md');
    for (const table of tables(figures).trim().split('\n\n')) expect(page).toContain(table);
  });

  it('are of the policies that are listed, on the splits and with the decodings that are listed', () => {
    expect(figures.map(({ policy, decoding, split }) => [policy, decoding, split])).toEqual(
      readPolicies().flatMap(({ policy, decodings, splits }) =>
        decodings.flatMap(decoding => splits.map(split => [policy, decoding, split])),
      ),
    );
  });

  it('are counted from what was played', async () => {
    const played: readonly Trajectory[] = await play(
      household,
      'expert',
      household.tasks('seen', 6),
      skilledAgent({ expert: 1, repeat: 0, wrong: 0, malformed: 0 }),
      'figures',
    );
    const { success, wellFormed, byType, level } = figureSchema.parse(
      figureOf(played, {
        policy: 'expert',
        title: 'expert',
        file: null,
        heldOut: [],
        policyVersion: 'none',
        engine: 'none',
        split: 'seen',
        decoding: 'greedy',
      }),
    );
    expect([success.count, success.of, level]).toEqual([6, 6, 'L0']);
    expect(wellFormed.of).toBe(played.reduce((sum, { steps }) => sum + steps.length, 0));
    expect(wellFormed.count).toBe(wellFormed.of);
    expect(Object.values(byType).reduce((sum, { of }) => sum + of, 0)).toBe(6);
  });
});

describe('the studies of metacognition', () => {
  it.each(['recipe', 'household', 'asking'])('have a recipe that can be run: %s.yaml', async name => {
    const file = new URL(`metacognition/${name}.yaml`, results).pathname;
    const { value, at } = await readSettings(file, { missing: () => '', example: '' });
    const { arms, seeds } = readStudyRecipe(value, at);
    if (name === 'asking') return;
    expect(seeds).toEqual([0, 1, 2]);
    const names = ['GRPO', 'RLVMR', 'MaR', 'ARES', 'MBT-S + GRPO', 'MBT-R + GRPO', 'MASA', 'MASA-efficient'];
    const controls = ['MaR shuffled', 'MASA shuffled', 'MASA unpaid'];
    expect(arms.map(arm => arm.name).toSorted()).toEqual([...names, ...controls].toSorted());
  });

  it('have a row of every arm and level, a start without seeds', () => {
    const cell = (arm: string, seed: number | null, level: string, success: number) => ({
      arm,
      seed,
      level,
      figures: { success },
    });
    const cells = [cell('cold start', null, 'L0', 0.1), cell('GRPO', 0, 'L0', 0.2), cell('GRPO', 1, 'L0', 0.4)];
    const rows = (all: typeof cells) =>
      systemsTableOf(all)
        .split('\n')
        .slice(2)
        .map(row =>
          row
            .split('|')
            .map(text => text.trim())
            .slice(1, 5),
        );
    expect(rows(cells)).toEqual([
      ['cold start', 'start', '10.0 %', '–'],
      ['GRPO', '0, 1', expect.stringMatching(/^30\.0 % \[/), '–'],
    ]);
    expect(rows([...cells, cell('GRPO', 0, 'L1', 0.5)]).map(row => row.slice(0, 3))).toEqual([
      ['L0', 'cold start', 'start'],
      ['L0', 'GRPO', '0, 1'],
      ['L1', 'GRPO', '0'],
    ]);
  });

  const bodyOf = (table: string): string[][] =>
    table
      .split('\n')
      .filter(line => line.startsWith('|'))
      .slice(2)
      .map(row =>
        row
          .split('|')
          .map(text => text.trim())
          .slice(1, -1),
      );

  it('tell by evaluations during training what an arm took to the success of the baseline, levels apart', () => {
    const store = openStore(':memory:');
    const rising = [0.2, 0.4, 0.6];
    putTraining(store, { arm: 'MaR', seed: 0, during: { L0: [0.2, 0.6, 0.8], L1: [0.1, 0.1, 0.1] } });
    for (const seed of [0, 1]) putTraining(store, { arm: 'GRPO', seed, during: { L0: rising, L1: rising } });
    const told = budgetOf(store);
    expect(told).toContain('evaluations during training');
    const three = (axis: readonly string[]) => [axis, axis, axis].flat();
    // The smoothed success of MaR is 0.4 at iteration 2 of 4.
    expect(bodyOf(told)).toEqual([
      ['L0', 'MaR', '40.0 %, 40.0 %', ...three(['2.00', '2.00, –']), '0 of 2'],
      ['L1', 'MaR', '40.0 %, 40.0 %', ...three(['–', 'never, –']), '1 of 2'],
    ]);
    expect(told).toContain('No ratio (–): MaR was not trained with this seed.');
    expect(bodyOf(duringTableOf(store)!)).toEqual([
      ['L0', 'MaR', '0', '20.0 %', '60.0 %', '80.0 %'],
      ['L0', 'GRPO', '0, 1', '20.0 %', '40.0 %', '60.0 %'],
      ['L1', 'MaR', '0', '10.0 %', '10.0 %', '10.0 %'],
      ['L1', 'GRPO', '0, 1', '20.0 %', '40.0 %', '60.0 %'],
    ]);
    store.close();
  });

  it('tell it by training tasks where nothing was evaluated during training, and say so', () => {
    const store = openStore(':memory:');
    putTraining(store, { arm: 'GRPO', seed: 0, success: [0.1, 0.2, 0.3, 0.4] });
    putTraining(store, { arm: 'MASA', seed: 0, success: [0.3, 0.3, 0.3, 0.3], warmUp: { tokens: 50, seconds: 30 } });
    const told = budgetOf(store);
    expect(told).toContain('no evaluations during training');
    // Over three iterations GRPO ends with 0.3, after all four; MASA has it after its warm-up and the first.
    expect(bodyOf(told)).toEqual([['MASA, seed 0', '30.0 %', '400', '150', '2.67', '40', '40', '1.00']]);
    expect(duringTableOf(store)).toBeNull();
    store.close();
  });

  it('hold each arm against GRPO of the same seed', () => {
    const cell = (arm: string, seed: number | null, success: number, first10: number | null) => ({
      arm,
      seed,
      level: 'L0',
      figures: { success, first10 },
    });
    const cells = [
      cell('cold start', null, 0.1, 0.2),
      cell('GRPO', 0, 0.2, 0.1),
      cell('GRPO', 1, 0.4, 0.1),
      cell('MaR', 0, 0.3, 0.05),
      cell('MaR', 1, 0.7, null),
      cell('MaR', 2, 0.9, 0.9),
    ];
    // +10 and +30 points: half the interval is t(0.975, 1) · 14.14 / √2, which is ten times t.
    const half = 10 * studentQuantile(0.975, 1);
    const [low, high] = [`−${(half - 20).toFixed(1)}`, (half + 20).toFixed(1)];
    expect(bodyOf(againstTableOf(cells))).toEqual([['L0', 'MaR', '0, 1', `+20.0 [${low}, ${high}]`, '−5.0']]);
  });

  it('have places on a new page, and leave out what an older page has none for', () => {
    const sections = { table: 't', missing: 'm', forecasts: 'f', budget: 'b', against: 'a', during: 'd' };
    expect(placed(newPage, sections)).toEqual(sections);
    for (const text of Object.values(sections))
      expect(withSections(newPage, sections)).toContain(`-->\n\n${text}\n\n<!--`);
    const { against: _, during: __, ...first } = sections;
    expect(placed('<!-- table -->', { ...sections, during: null })).toEqual(first);
    const page = text('metacognition.md');
    expect(withSections(page, placed(page, { ...sections, during: null }))).toContain('\n\nm\n\n');
  });

  it('tell how policies ask, each share with what it is of', async () => {
    const store = openStore(path.join(folder, 'asking.db'));
    const config = { arm: 'asking', seed: 0, level: 'L0' };
    store.runs.add({ id: 'asked', kind: 'evaluation', world: householdAsks.name, config });
    store.trajectories.addAll(await play(householdAsks, 'asked', householdAsks.tasks('seen', 12), expertAgent(), '0'));
    store.runs.finish('asked');
    const row = askingTableOf(evaluationsOf(store)).split('\n')[2]!;
    expect(row).toMatch(/^\| L0 +\| asking, seed 0 +\| 100\.0 % \[[\d., ]+\], 12\/12 +\|/);
    store.close();
  });

  it('write their sections between marks, and nothing else', () => {
    const page = 'Before.\n\n<!-- table -->\n\nold\n\n<!-- end of table -->\n\nAfter.\n';
    expect(withSections(page, { table: 'new' })).toBe(page.replace('old', 'new'));
    expect(() => withSections(page, { other: '' })).toThrow('no "<!-- other -->"');
  });
});

describe('the table of published models', () => {
  it('has a row of every agent and level, and says what has not been played to its end', async () => {
    const store = openStore(path.join(folder, 'real-models.db'));
    const evaluation = async (id: string, arm: string, level: string, count: number) => {
      store.runs.add({ id, kind: 'evaluation', world: household.name, config: { arm, level } });
      store.trajectories.addAll(await play(household, id, household.tasks('seen', count), expertAgent(), '0'));
      store.runs.finish(id);
    };
    await evaluation('tried', 'zero-shot', 'L0', 1);
    await evaluation('played', 'zero-shot', 'L0', 3);
    await evaluation('begun', 'fine-tuned', 'L2', 2);
    const rows = tableOf(
      store,
      ['zero-shot', 'fine-tuned'].map(arm => ({ arm, tasks: 3 })),
    )
      .split('\n')
      .slice(2)
      .map(row => row.split('|').map(cell => cell.trim()));
    expect(rows.map(([, arm, level, count]) => [arm, level, count])).toEqual([
      ['zero-shot', 'L0', '3'],
      ['zero-shot', 'L1', '0 of 3 played'],
      ['zero-shot', 'L2', '0 of 3 played'],
      ['fine-tuned', 'L0', '0 of 3 played'],
      ['fine-tuned', 'L1', '0 of 3 played'],
      ['fine-tuned', 'L2', '2 of 3 played'],
    ]);
    // The expert wins, is always understood, and never does the same twice.
    expect(rows[0]!.slice(4, 8)).toEqual([expect.stringMatching(/^100\.0 %/), '-', '0.0 %', '0.0 %']);
    store.close();
  });
});

describe('the tables of the first reinforcement learning', () => {
  const { comparisons } = resultSchema.parse(JSON.parse(text('first-rl/result.json')));

  it('over seeds are on the page', () => {
    expect(text('first-rl.md')).toContain(overSeeds(comparisons));
  });

  it('have the intervals that follow from the figures of each seed, and conclusions that follow from these', () => {
    const t = studentQuantile(0.95, 2);
    for (const { seedTests, success, repetition, conclusions, a } of comparisons.filter(
      ({ seeds }) => seeds.length > 1,
    )) {
      for (const { figure, differences, mean, low, high } of seedTests) {
        expect(differences).toHaveLength(3);
        const ofTasks = {
          success,
          'stateActionRepeat, first 10 steps': repetition.first10,
          stateActionRepeat: repetition.pooled,
        }[figure];
        const seeds = differences.reduce((sum, own) => sum + (own - mean) ** 2, 0) / 6;
        const quantile = studentQuantile(0.95, 255);
        const tasks = ofTasks && ofTasks.low !== null ? ((ofTasks.high! - ofTasks.low) / 2 / quantile) ** 2 : 0;
        const half = (t * seeds + quantile * tasks) / Math.sqrt(seeds + tasks);
        if (low === null) expect(seeds === 0 || (a === 'cold start' && figure.startsWith('inadmissible'))).toBe(true);
        else expect([low, high]).toEqual([expect.closeTo(mean - half, 4), expect.closeTo(mean + half, 4)]);
      }
      for (const { subject, finding } of conclusions) {
        const figure = subject === 'success' ? 'success' : 'stateActionRepeat, first 10 steps';
        const { low, high } = seedTests.find(test => test.figure === figure)!;
        expect(finding).toBe(low !== null && low > 0 ? 'more' : high !== null && high < 0 ? 'less' : 'unclear');
      }
    }
  });

  it('take arms, seeds and levels from the fields of the runs, not from their names', async () => {
    const file = path.join(folder, 'study.db');
    const store = openStore(file);
    const evaluations = [
      { id: 'x, seed 5', arm: 'cold start', seed: null, level: 'L0', agent: randomAgent() },
      { id: 'y, seed 9', arm: 'GRPO, seed 7', seed: 1, level: 'L0', agent: expertAgent() },
      { id: 'z', arm: 'GRPO, seed 7', seed: 2, level: 'L0', agent: expertAgent() },
    ];
    for (const { id, agent, ...config } of evaluations) {
      store.runs.add({ id, kind: 'evaluation', world: household.name, config });
      store.trajectories.addAll(await play(household, id, household.tasks('seen', 3), agent, '0'));
      store.runs.finish(id);
    }
    store.runs.add({ id: 'training', kind: 'rl', world: household.name, config: { arm: 'GRPO, seed 7', seed: 1 } });
    for (const iteration of [1, 2])
      store.metrics.put('training', {
        iteration,
        phase: 'train',
        data: {
          iteration,
          success: 0.25 * iteration,
          tags: { reflection: 0.1 },
          seconds: { rollout: 1, score: 0, update: 2, store: 0, total: 3 },
          tokens: { sampled: 1000, read: 500, trained: 1000 },
        },
      });
    store.runs.finish('training');
    store.runs.add({ id: 'unfinished', kind: 'rl', world: household.name, config: { arm: 'GRPO', seed: 3 } });
    expect(runsOf(store, 'evaluation').map(({ id, arm, seed, level }) => [id, arm, seed, level])).toEqual([
      ['x, seed 5', 'cold start', '-', 'L0'],
      ['y, seed 9', 'GRPO, seed 7', '1', 'L0'],
      ['z', 'GRPO, seed 7', '2', 'L0'],
    ]);
    store.close();
    const printed = tablesOf(file);
    expect(printed).toContain('| GRPO, seed 7 − cold start | L0 | 2 |');
    expect(printed).toMatch(/\| GRPO, seed 7 \| 2 \| L0 \| 100\.0 % \[[\d.]+, 100\.0\], 3\/3 \|/);
    expect(printed).toContain('| GRPO, seed 7 | 1 | success | 37.5 |');
    expect(printed).toContain('| GRPO, seed 7 | 1 | inadmissible | - |');
    expect(printed).toContain('| GRPO, seed 7 | 1 | 1.00 | 0.00 | 2.00 | 0.00 | 3.00 | 1,000 / 500 / 1,000 / 0 | - |');
  });
});
