import { atTheEnd, amountIf, nameWith, succeeded, type Reward } from './reward.ts';

/** The outcome reward: `success` on the last step of an episode that reached the goal, as the world says it. */
export function outcomeReward(options: { readonly success?: number } = {}): Reward {
  const { success = 1 } = options;
  return {
    name: nameWith('outcome', { success }, { success: 1 }),
    title: 'success at the end of the episode',
    parts: ['outcome'],
    processParts: [],
    score: trajectory => ({ outcome: atTheEnd(trajectory.steps.length, amountIf(succeeded(trajectory), success)) }),
  };
}
