import { z } from 'zod';
import { type PlaySettings, playSettingsSchema, samplingSettingsSchema } from '../runs/index.ts';
import { allSplits, type Split } from '../world/index.ts';
import { type StripTagsSettings, stripTagsSchema } from './strip-tags.ts';

/** Tasks that every policy plays: a panel, or the first tasks of a split. */
export interface StudyPanelSettings {
  panel?: string | undefined;
  split?: Split | undefined;
  tasks?: number | undefined;
  level?: string | undefined;
}

/** How the policies of a study are evaluated. */
export interface StudyEvaluation extends PlaySettings {
  panels: StudyPanelSettings[];
  temperatures: number[];
  replyTokens: number;
  during?: { every: number; tasks: number } | undefined;
  stripTags?: StripTagsSettings | undefined;
}

const panelSchema = z
  .strictObject({
    panel: z
      .string()
      .min(1)
      .optional()
      .describe('the name of a panel that ships with the world, or the path of a panel file'),
    split: z
      .enum(allSplits as readonly [Split, ...Split[]])
      .optional()
      .describe('instead of a panel: the tasks of a split'),
    tasks: z.int().positive().optional().describe('only the first so many'),
    level: z.string().min(1).optional().describe('what it is called in tables; L0, L1 or L2 by its split if left out'),
  })
  .refine(
    ({ panel, split }) => (panel === undefined) !== (split === undefined),
    'says what is played: either panel or split',
  );

export const evaluationSchema = z.strictObject({
  panels: z.array(panelSchema).min(1).describe('what every policy plays, each task exactly once'),
  temperatures: z
    .array(z.number().nonnegative())
    .min(1)
    .default([0.4])
    .describe('of the sampling; 0 is greedy; the first is the one that is played while training'),
  ...playSettingsSchema.shape,
  replyTokens: samplingSettingsSchema.shape.replyTokens,
  during: z
    .strictObject({
      every: z.int().positive().describe('iterations between two evaluations'),
      tasks: z.int().positive().describe('the first so many tasks of each panel'),
    })
    .optional()
    .describe('evaluations while arms are trained, for the curves; none if left out'),
  stripTags: stripTagsSchema
    .optional()
    .describe('an ablation: panels played once more with tags stripped, at the first temperature; none if left out'),
});
