import { createRandom, type TaskRecord } from '../../world/index.ts';
import { checkCategories, trainedCategories } from '../build.ts';
import { refuseLeaks } from '../leaks.ts';
import { type Segment, textWeights, type WorldDocument } from './document.ts';
import { taskCycle } from './task-cycle.ts';
import { documentLeaks, withoutGoal, type WorldTextOptions } from './world-text.ts';

/**
 * Documents of tours: the recipe's player looks for one thing after the other in a training task whose goal is not shown, and says so. From
 * these a model learns to look where it has not been, as random play does not show it. Undefined where the recipe has no such player.
 *
 * Leak rules, enforced: as for `worldText`.
 */
export function tourDocuments({ world, recipe, categories = trainedCategories(world), seed = 0, steps = 14 }: Omit<WorldTextOptions, 'from'>): ((n: number) => WorldDocument) | undefined {
  const { tour: createTour } = recipe;
  if (!createTour) return undefined;
  checkCategories(world, categories);
  const rules = recipe.leaks(world.categories.filter(category => !categories.includes(category) || world.heldOut.includes(category)));
  const task = taskCycle(world, recipe, categories, seed);

  return n => {
    const record = task(n), document = { id: `${record.id}/tour/${n}`, world: world.name, segments: walk(record, n) };
    refuseLeaks(`The document ${document.id}`, documentLeaks(document, record, world, rules));
    return document;
  };

  function walk(record: TaskRecord<unknown>, n: number): Segment[] {
    const random = createRandom('tour', seed, n), tour = createTour!();
    let moment = world.start(record);
    const opening = withoutGoal(moment.observation, moment.goal);
    const segments: Segment[] = [{ kind: 'opening', text: opening, weight: textWeights.opening }];
    tour.see(opening);
    for (let t = 0; t < steps && moment.state.status === 'active'; t++) {
      const next = tour.next(random);
      if (!next) break;
      moment = moment.step(next.command);
      segments.push(
        { kind: 'question', text: next.question, weight: textWeights.question }, { kind: 'answer', text: next.answer, weight: 1 },
        { kind: 'command', text: next.command, weight: 1 }, { kind: 'observation', text: moment.observation, weight: textWeights.observation },
      );
      tour.see(moment.observation, next.command);
    }
    return segments;
  }
}
