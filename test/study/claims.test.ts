import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import household from '../../envs/household/index.ts';
import { formatCost } from '../../src/learn/index.ts';
import { openStudy, readStudyRecipe } from '../../src/study/index.ts';
import { advantagesOfRecipe } from '../../src/training/rl/index.ts';

const folder = path.resolve(import.meta.dirname, '../../docs/results/claims');
const recipeOf = (name: string) =>
  readStudyRecipe(parse(readFileSync(path.join(folder, `${name}.yaml`), 'utf8')), () => name);
const protocol = readFileSync(path.join(folder, 'protocol.md'), 'utf8');

describe('the recipes of the claims study are those of its protocol', () => {
  it.each(['household', 'alfworld'])('%s: six seeds for the arms that are tested, three for the others', world => {
    const [tested, others] = [recipeOf(world), recipeOf(`${world}-others`)];
    expect(tested.arms.map(({ name }) => name)).toEqual(['GRPO', 'RLVMR code', 'RLVMR fixed', 'self-imitation alone']);
    expect(tested.seeds).toEqual([1, 2, 3, 4, 5, 6]);
    expect(others.seeds).toEqual([1, 2, 3]);
    for (const { name } of others.arms) expect(protocol).toContain(name);
    // One cold start: what comes before the arms is the same, draw for draw.
    const before = ({ world: of, policy, pretraining, demonstrations, sft, evaluation }: typeof tested) => ({
      of,
      policy,
      pretraining,
      demonstrations,
      sft,
      // Tags are stripped of the arms that the ablation is about.
      evaluation: { ...evaluation, stripTags: undefined },
    });
    expect(before(others)).toEqual(before(tested));
    expect(tested.evaluation.stripTags).toEqual({
      ways: ['past', 'tag', 'reply'],
      arms: ['cold start', 'GRPO', 'RLVMR code', 'RLVMR fixed'],
      levels: ['L1'],
    });
  });

  it.each(['household', 'household-others', 'alfworld', 'alfworld-others', 'pilot', 'rehearsal'])(
    '%s: arms differ in their advantages, and in what their name says',
    name => {
      const arms = recipeOf(name).arms.map(({ name, rl }) => ({ name, rl: rl! }));
      const shared = arms.map(({ rl }) => ({
        ...rl,
        advantages: null,
        selfImitation: null,
        vine: null,
        replay: null,
        objective: null,
      }));
      for (const each of shared) expect(each).toEqual(shared[0]);
      for (const { name: arm, rl } of arms) {
        expect(formatCost(advantagesOfRecipe(rl)), arm).toBe(0.5);
        expect(rl.alarms, arm).toBe('warn');
        expect(rl.vine !== undefined, arm).toBe(arm === 'vine');
        expect(rl.replay !== undefined, arm).toBe(arm === 'SPEAR');
        expect(rl.selfImitation !== undefined, arm).toBe(arm === 'self-imitation alone');
      }
    },
  );

  it('the cold starts are of 200 trajectories each, but for the student', () => {
    const recipe = recipeOf('cold-starts');
    const { starts } = openStudy(recipe, { world: household, folder });
    const shown = new Map(starts.map(({ name, build }) => [name, build!.trajectories]));
    const { from, together } = starts.find(({ name }) => name === 'made-for-it')!.build!.students!;
    expect([shown.get('usual'), together && shown.get(from)! + shown.get('made-for-it')!]).toEqual([200, 200]);
    expect(recipe.arms.every(({ rl }) => rl === null)).toBe(true);
  });

  it('ceilings are named so, and nothing else is', () => {
    const { arms, starts } = recipeOf('ceilings');
    for (const { name, from, rl } of arms) {
      expect(rl, name).toBeNull();
      const { demonstrations } = starts![from!]!;
      const labelled =
        typeof demonstrations === 'object' && 'build' in demonstrations && demonstrations.build.students?.cut;
      expect(labelled === 'any', name).toBe(name.startsWith('ceiling'));
    }
    expect(openStudy(recipeOf('ceilings'), { world: household, folder }).starts).toHaveLength(3);
  });

  it('own wins differ in where their episodes begin, and in nothing else', () => {
    const [plain, branched] = recipeOf('own-wins').arms.map(({ rl }) => rl!);
    expect({ ...branched, branchAt: undefined }).toEqual({ ...plain, branchAt: undefined });
    expect([plain!.branchAt, branched!.branchAt]).toEqual([undefined, 'first-error']);
    const [outcome] = advantagesOfRecipe(plain!).terms;
    expect([outcome!.name, outcome!.weight]).toEqual(['outcome', 0]);
  });

  it('the household is evaluated on whole panels of 512 tasks, and every arm opens', () => {
    for (const name of ['household', 'household-others']) {
      const { panels } = openStudy(recipeOf(name), { world: household, folder });
      expect(panels.map(({ level, tasks }) => [level, tasks.length])).toEqual([
        ['L0', 512],
        ['L1', 512],
        ['L2', 512],
      ]);
    }
  });
});
