import { z } from 'zod';
import { type Stripping, strippings } from '../agents/strip-tags.ts';
import { ClewError } from '../errors.ts';

/** Which policies play which levels once more with tags stripped, at the first temperature. */
export interface StripTagsSettings {
  /** What is stripped, one after another. */
  ways: Stripping[];
  /** All if left out. */
  arms?: string[] | undefined;
  levels?: string[] | undefined;
}

export const stripTagsSchema = z.strictObject({
  ways: z
    .array(z.enum(strippings))
    .min(1)
    .default([...strippings])
    .describe('what is stripped, one after another'),
  arms: z.array(z.string()).min(1).optional().describe('which policies play so; all if left out'),
  levels: z.array(z.string()).min(1).optional().describe('on which levels; on all if left out'),
});

/** @throws ClewError for an arm or a level that the study has not. */
export function checkStripTags(
  settings: StripTagsSettings | undefined,
  { arms, levels }: { readonly arms: readonly string[]; readonly levels: readonly string[] },
): void {
  const check = (kind: 'arms' | 'levels', known: readonly string[]): void => {
    const stranger = settings?.[kind]?.find(name => !known.includes(name));
    if (stranger !== undefined)
      throw new ClewError(
        `evaluation.stripTags.${kind}: the study has no "${stranger}"; there are ${known.join(', ')}.`,
      );
  };
  check('arms', arms);
  check('levels', levels);
}

/** How a policy plays a level: as it is, and in the ways that the study strips its tags. */
export function strippingsOf(
  settings: StripTagsSettings | undefined,
  { arm, level, first }: { readonly arm: string; readonly level: string; readonly first: boolean },
): readonly (Stripping | undefined)[] {
  if (!settings || !first || settings.arms?.includes(arm) === false || settings.levels?.includes(level) === false)
    return [undefined];
  return [undefined, ...settings.ways];
}
