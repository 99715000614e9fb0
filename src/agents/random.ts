import { type Agent, act } from './agent.ts';

/** Draws an admissible command each step, whether the run shows them or not: the floor that every agent should beat. */
export function randomAgent(): Agent {
  return {
    name: 'random',
    pace: 'lock-step',
    async reply(turns) {
      return turns.map(({ moment, random }) => {
        const { admissible } = moment;
        return admissible.length === 0 ? { ...act(''), gaveUp: true } : act(random.pick(admissible));
      });
    },
  };
}
