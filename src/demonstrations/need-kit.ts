import { ClewError } from '../errors.ts';
import type { World } from '../world/index.ts';

/** What a training asks of a world's kit. */
export interface KitNeeds {
  readonly manual?: boolean | undefined;
  readonly lookUps?: boolean | undefined;
  readonly anyChoice?: boolean | undefined;
  readonly hindsight?: boolean | undefined;
}

const parts = {
  manual: ['manual', 'has no manual: its kit says nothing of what verbs are for. Leave the manual out.'],
  lookUps: ['lookUpQuestions', 'asks for no other look-ups: its kit has no lookUpQuestions. Leave look-ups out.'],
  anyChoice: [
    'choices',
    'does not tell which commands are as right as another: its kit has no choices. Leave anyChoice out.',
  ],
  hindsight: [
    'otherGoals',
    'does not tell what else an episode may have achieved: its kit has no otherGoals. Leave hindsight out.',
  ],
} as const satisfies Readonly<Record<keyof KitNeeds, readonly [part: string, lacking: string]>>;

/** @throws ClewError when the kit of a world lacks what is asked for */
export function needKit({ name, kit }: World, needs: KitNeeds): void {
  for (const [need, [part, lacking]] of Object.entries(parts))
    if (needs[need as keyof KitNeeds] === true && !kit[part]) throw new ClewError(`${name} ${lacking}`);
}
