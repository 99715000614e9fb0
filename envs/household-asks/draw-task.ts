import type { Random, Split } from 'clew';
import { drawTaskOf } from '../house/draw-task.ts';
import { kindOf, objectKinds, type ReceptacleKind } from '../house/kinds.ts';
import type { Task as HouseTask } from '../house/task.ts';
import { canBe } from '../house/can-be.ts';
import type { Gap, GapKind } from './gap.ts';
import { becomes } from '../room-text/reading.ts';
import { isHeldOut, pairs, type Task } from './task.ts';

/** Half of the tasks have no gap (half of these with noise), two fifths have one, a tenth cannot be done. */
const shares: readonly (readonly [share: number, kinds: readonly GapKind[]])[] = [
  [0.25, ['none']],
  [0.25, ['noise']],
  [0.4, ['place', 'object', 'which', 'state', 'number']],
  [0.1, ['impossible']],
];

/** Houses that are tried for one kind of gap before another is drawn. */
const patience = 200;

/**
 * Draws a task with a gap of the kind that a split needs. The kind is drawn first and kept until a task is `fair`, so
 * that hard kinds do not become rare; undefined when none comes.
 */
export function drawTask(random: Random, split: Split, fair: (task: Task) => boolean): Task | undefined {
  const wanted = split === 'heldOut';
  const possible = pairs.filter(pair => isHeldOut(pair) === wanted);
  const kinds = shares.map(([share, of]) => [share, possible.filter(({ gap }) => of.includes(gap))] as const);
  let draw = random();
  const found = kinds.find(([share]) => (draw -= share) < 0)?.[1] ?? possible;
  const gaps = [...new Set(found.map(({ gap }) => gap))];
  const kind = random.pick(gaps);
  for (let attempts = 0; attempts < patience; attempts++) {
    const { house: category } = random.pick(found.filter(({ gap }) => gap === kind));
    const task = withGap(
      drawTaskOf(category, random, split, () => true),
      kind,
      random,
    );
    if (task && fair(task)) return task;
  }
  return undefined;
}

function withGap(house: HouseTask, kind: GapKind, random: Random): Task | undefined {
  const { category, object, target } = house.goal;
  const present = new Set(Object.values(house.contents).flat().map(kindOf));
  const gap = (hidden: string | null): Task => ({ house, gap: { kind, hidden } satisfies Gap });
  switch (kind) {
    case 'none':
      return gap(null);
    case 'noise':
      return gap(random.pick(objectKinds.filter(each => each !== object)));
    case 'place':
      return gap(target);
    case 'object':
      return gap(object);
    case 'state':
      return gap(becomes[category]!);
    case 'number':
      return gap('two');
    case 'which': {
      const own = Object.values(house.contents)
        .flat()
        .filter(name => kindOf(name) === object);
      return own.length < 2 ? undefined : gap(random.pick(own));
    }
    case 'impossible': {
      // Either a thing of this house that cannot become so, or one that could and is not there.
      const unable = [...present].filter(each => !canBe(category, each, target) && canBe('pick', each, target));
      const absent = objectKinds.filter(each => !present.has(each) && canBe(category, each, target));
      const from = unable.length > 0 && (absent.length === 0 || random() < 0.5) ? unable : absent;
      if (from.length === 0) return undefined;
      const goal = {
        ...house.goal,
        object: random.pick(from) as (typeof objectKinds)[number],
        target: target as ReceptacleKind,
      };
      return { house: { ...house, goal }, gap: { kind, hidden: null } };
    }
  }
}
