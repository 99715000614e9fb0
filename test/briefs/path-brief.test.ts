import { describe, expect, it } from 'vitest';
import lockedRoom from '../../envs/locked-room/index.ts';
import { makeBrief } from '../../src/briefs/index.ts';
import { pathBrief } from '../../src/briefs/path-brief.ts';

const passing = /^(?:go|look|wait)\b/;
const boil = [
  'go to kitchen',
  'pick up metal pot',
  'move metal pot to sink',
  'wait',
  'Move metal pot to stove',
  'use stove',
];
const told = 'Boil water.\nYou see a door to the kitchen, and a metal pot.';

describe('the brief of a gold path', () => {
  it('has an item and a unit of each command that says something of the task', () => {
    const { plan, units, steps, verbs, looks, subjects } = pathBrief({ commands: boil, passing, looks: true }, told);
    expect({ steps, verbs, looks }).toEqual({ steps: 6, verbs: {}, looks: true });
    expect(plan).toEqual(['pick up metal pot', 'move metal pot to sink', 'move metal pot to stove', 'use stove']);
    expect(units.map(({ words }) => words)).toEqual([
      ['metal pot'],
      ['metal pot', 'sink'],
      ['metal pot', 'stove'],
      ['stove'],
    ]);
    expect(subjects).toEqual(['metal pot', 'metal pot', 'sink', 'metal pot', 'stove', 'stove']);
  });

  it('lets be known beforehand what is told, and what most other tasks of the category act on', () => {
    const foreseeable = (others?: readonly (readonly string[])[]) =>
      pathBrief({ commands: boil, others, passing, looks: true }, told)
        .units.filter(unit => unit.foreseeable)
        .map(({ words }) => words.join(' and '));
    expect(foreseeable()).toEqual(['metal pot']);
    const others = [['move glass jar to stove'], ['use stove', 'pick up lead'], ['move tin cup to sink']];
    // The stove in two of three paths, the sink in one.
    expect(foreseeable(others)).toEqual(['metal pot', 'metal pot and stove', 'stove']);
    expect(pathBrief({ commands: boil, others, passing, looks: true }, told).units.some(unit => unit.discovered)).toBe(
      false,
    );
  });

  it('makes one unit of commands that are about the same, and none of a path that is not there', () => {
    const again = pathBrief({ commands: ['use stove', 'use stove', 'open stove 2'], passing, looks: false }, told);
    expect(again.units.map(({ id }) => id)).toEqual(['use stove']);
    expect(again.plan).toEqual(['use stove', 'open stove']);
    expect(pathBrief({ commands: [], passing, looks: false }, told)).toMatchObject({
      steps: null,
      plan: [],
      units: [],
    });
  });

  it('is the brief of a task whose world has such a path, whoever else could play it', () => {
    const [record] = lockedRoom.tasks('train', 1);
    const goldPath = () => ({ commands: ['take key from chest', 'look', 'use key'], passing, looks: true });
    const world = { ...lockedRoom, kit: { ...lockedRoom.kit, goldPath } };
    const brief = makeBrief(world, record!);
    expect(brief).toMatchObject({ task: record!.id, steps: 3, plan: ['take key from chest', 'use key'] });
    expect(makeBrief(lockedRoom, record!).plan).not.toEqual(brief.plan);
    const none = { ...lockedRoom, kit: { ...lockedRoom.kit, goldPath: () => undefined } };
    expect(makeBrief(none, record!)).toEqual(makeBrief(lockedRoom, record!));
  });
});
