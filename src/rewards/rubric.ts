import { type Criterion, judge, rubricScore } from '../briefs/index.ts';
import { lacking } from '../steps/index.ts';
import { atTheEnd, type Reward } from './reward.ts';

/**
 * The score of a rubric, from 0 to 1, on the last step (ARES, arXiv 2605.23454, with rules in the place of its judge).
 * @param criteriaOf the criteria of a category, for tasks of any world; those of the brief of the task if left out.
 *   Without a brief, criteria that speak of the goal's kinds cannot be judged.
 */
export function rubricReward(criteriaOf?: (category: string) => readonly Criterion[] | undefined): Reward {
  return {
    name: 'rubric',
    title: 'criteria met, by weight',
    parts: ['rubric'],
    processParts: ['rubric'],
    needs: 'brief',
    score(trajectory, brief) {
      const criteria = criteriaOf ? criteriaOf(trajectory.task.category) : brief?.rubric;
      const amount =
        criteria === undefined
          ? criteriaOf
            ? lacking.rubric
            : lacking.brief
          : rubricScore(judge(criteria, trajectory, brief?.kinds ?? null));
      return { rubric: atTheEnd(trajectory.steps.length, amount) };
    },
  };
}
