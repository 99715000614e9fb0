import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readWalks } from '../../../envs/scienceworld/index.ts';
import { goldPaths, passing } from '../../../envs/scienceworld/gold.ts';
import { trainingVariations } from '../../../envs/scienceworld/tasks.ts';
import { pathBrief } from '../../../src/briefs/path-brief.ts';
import { openReward } from '../../../src/rewards/index.ts';
import type { Brief } from '../../../src/briefs/index.ts';
import { episode, replied } from '../../rewards/tagged-step.ts';

describe('the gold paths of ScienceWorld', () => {
  it('are those of the variation and of three others that are trained on, each asked for once', () => {
    const asked: string[] = [];
    const pathOf = goldPaths(({ task, variation }) => {
      asked.push(`${task}-${variation}`);
      return ['go to kitchen', 'focus on water in inventory', `move pot ${variation} to stove`];
    });
    const path = pathOf({ task: { task: 'boil', variation: 1 } });
    expect(path.commands).toEqual(['go to kitchen', 'focus on water', 'move pot 1 to stove']);
    expect(asked).toEqual(['boil-1', 'boil-0', 'boil-2', 'boil-3']);
    expect(path.others).toHaveLength(3);
    pathOf({ task: { task: 'boil', variation: 2 } });
    expect(asked).toHaveLength(4);
    expect(trainingVariations('boil')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(trainingVariations('nothing')).toEqual([]);
  });

  it.each(['open door to kitchen', 'go to kitchen', 'look around', 'examine ice', 'wait', 'wait1', 'read recipe', '0'])(
    'pass by %s',
    command => expect(passing.test(command)).toBe(true),
  );
  it.each(['open cupboard', 'move metal pot to sink', 'focus on dove', 'use thermometer on ice', 'mix jug'])(
    'do not pass by %s',
    command => expect(passing.test(command)).toBe(false),
  );
});

const file = process.env['SCIENCEWORLD_WALKS'];
const walks = file && existsSync(file) ? readWalks(file).filter(({ walk }) => walk === 'gold') : [];

describe.skipIf(walks.length === 0)(
  `briefs of recorded walks${walks.length === 0 ? ' (skipped: needs recorded walks; set SCIENCEWORLD_WALKS to their file)' : ''}`,
  () => {
    const briefs = walks.map(({ task, variation, goal, opening, steps }) => {
      const pathOf = goldPaths(({ variation: which }) =>
        which === variation ? steps.map(({ command }) => command) : [],
      );
      const { subjects: _, ...known } = pathBrief(
        { ...pathOf({ task: { task, variation } }), others: [] },
        `${goal}\n${opening.observation}`,
      );
      const brief: Brief = {
        world: 'scienceworld',
        version: '1.2.3+easy',
        task: `scienceworld:train:${task}-${variation}`,
        category: task,
        kinds: [],
        rubric: [],
        gap: null,
        ...known,
      };
      return { task, brief };
    });

    it('have several units, none of them only on the way', () => {
      for (const { task, brief } of briefs) {
        expect({ task, units: brief.units.length > 0 }).toEqual({ task, units: true });
        for (const { id } of brief.units) expect(id).not.toMatch(passing);
        expect(brief.plan.length).toBeGreaterThanOrEqual(brief.units.length);
      }
      const counts = briefs.map(({ brief }) => brief.units.length);
      expect(counts.reduce((sum, count) => sum + count, 0) / counts.length).toBeGreaterThan(3);
      // The goal names what is to be focused on in most types: that can be known, where it is cannot.
      expect(briefs.filter(({ brief }) => brief.units.some(unit => unit.foreseeable)).length).toBeGreaterThan(
        briefs.length / 2,
      );
    });

    it('pay a thought that names what the goal names, and one that names nothing less', () => {
      const { brief } = briefs.find(({ task }) => task === 'power-component')!;
      const pay = (thought: string) => {
        const reply = `<planning>${thought}</planning>\n<action>look around</action>`;
        const { knowledge } = openReward('mar:paper').score(episode(false, [replied(reply)]), brief);
        return knowledge!.steps[0];
      };
      expect(pay('know: focus on red light bulb. plan: focus on red light bulb.')).toBeGreaterThan(0);
      expect(pay('plan: wander.')).toBe(0);
    });
  },
);
