import { z } from 'zod';
import { ClewError } from '../errors.ts';
import { keysAt } from '../schema-keys.ts';
import { advantageNames, formatCost, objectiveNames } from '../learn/index.ts';
import { advantagesOfRecipe, rlRecipeSchema, type RlRecipe } from '../training/rl/index.ts';
import {
  type ExpertIterationSettings,
  expertIterationSettingsSchema,
  type PretrainingSettings,
  pretrainingSettingsSchema,
  type SftSettings,
  sftSettingsSchema,
} from '../training/stages/index.ts';
import { evaluationSchema, type StudyEvaluation } from './evaluation-settings.ts';
import { currentStudyRecipe, formerNames, names } from './former-names.ts';
import { fileName } from './file-name.ts';
import { startFaults } from './start-faults.ts';
import type { StripTagsSettings } from './strip-tags.ts';
import {
  coldStartArm,
  demonstrationsSchema,
  startArm,
  startsSchema,
  type StudyDemonstrations,
  type StudyDemonstrationsInput,
  type StudyStart,
} from './starts.ts';
import {
  isPublishedStart,
  type StudyPolicyInput,
  type StudyPolicySettings,
  studyPolicySchema,
  withPublishedDefaults,
} from './study-policy.ts';

const settings = z.record(z.string(), z.unknown());

/**
 * A study as data: everything that decides its numbers, but for the engine that computes them. Arms × seeds, from one
 * cold start or from one of several, each of them evaluated on the same panels.
 */
const inputSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\w-][\w .-]*$/, 'takes letters, digits, blanks, dots, hyphens and underscores')
    .describe('names the study, and its folder under runs/'),
  world: z.string().min(1).describe('the name of a shipped world, or the path of a world file'),
  data: z
    .string()
    .optional()
    .describe(
      'where the data of the world are, if it is made from some; --data, or where the world looks by itself, if left out',
    ),
  heldOut: z.array(z.string()).optional().describe('categories that no stage may see, in a world that lets one choose'),
  policy: studyPolicySchema
    .prefault({})
    .describe('the policy before it is trained: a new decoder, or a published model'),
  pretraining: pretrainingSettingsSchema
    .optional()
    .describe('training on world text, of a new decoder; its defaults if left out'),
  demonstrations: demonstrationsSchema
    .optional()
    .describe(
      'shipped (default): those that come with the world; file: a database of clew cold-start build; build: made by ' +
        'the study',
    ),
  starts: startsSchema
    .optional()
    .describe('several cold starts by name, each with demonstrations of its own; the first is where arms begin'),
  sft: sftSettingsSchema.prefault({}).describe('training on demonstrations: it ends in the cold start'),
  expertIteration: expertIterationSettingsSchema
    .optional()
    .describe('rounds of learning from its own won episodes, after which the arms begin; none if left out'),
  rl: settings
    .default({})
    .describe('settings of reinforcement learning that all arms share (see clew train rl --explain)'),
  arms: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[\w-][\w .:+-]*$/, 'takes letters, digits, blanks and . : + - _')
          .describe('what it is called in tables'),
        from: z.string().optional().describe('the start that it begins with; the first if left out'),
        rl: settings.default({}).describe('its own settings of reinforcement learning'),
      }),
    )
    .min(1)
    .describe('training methods to compare; the first is what the others are compared with'),
  seeds: z
    .array(z.int().nonnegative())
    .min(1)
    .default([0])
    .describe('every arm is trained once with each; with the same seed all draw the same tasks'),
  evaluation: evaluationSchema,
});

export const studyRecipeSchema: z.ZodType<StudyRecipe, StudyRecipeInput> = inputSchema.transform(
  ({ rl: shared, arms, ...rest }, context) => {
    const reject = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
    const files = arms.map(({ name }) => fileName(name));
    const arm = arms.find((_, i) => files.indexOf(files[i]!) < i);
    if (arm) reject(['arms'], `"${arm.name}" is the name of two arms, or of two whose files would be one`);
    const seed = rest.seeds.find((value, i) => rest.seeds.indexOf(value) < i);
    if (seed !== undefined) reject(['seeds'], `${seed} is there twice`);
    for (const taken of [...startArms, ...Object.keys(rest.starts ?? {}).map(startArm)])
      if (files.includes(fileName(taken)))
        reject(['arms'], `"${taken}" is what a policy is called that arms begin with`);
    for (const [path, message] of startFaults({ ...rest, arms })) reject(path, message);
    const read = arms.map(({ name, from, rl: own }, i): StudyArm => {
      const begins = from === undefined ? {} : { from };
      if (own.iterations === 0) return { name, ...begins, rl: null };
      const merged = rlRecipeSchema.safeParse({ ...shared, ...own });
      for (const issue of merged.error?.issues ?? []) {
        // A shared setting that is wrong is wrong for every arm: it is told once, where it stands.
        const key = issue.code === 'unrecognized_keys' ? issue.keys[0] : issue.path[0];
        const isShared = key !== undefined && key in shared && !(key in own);
        if (isShared && i > 0) continue;
        const message =
          issue.code === 'unrecognized_keys' && issue.path.length === 0
            ? unknownKeys(issue.keys, Object.keys(rlRecipeSchema.shape))
            : issue.code === 'invalid_union'
              ? `takes the name of a preset, or { preset, options }; there are ` +
                `${(key === 'objective' ? objectiveNames : advantageNames).join(', ')}`
              : issue.message;
        reject([...(isShared ? ['rl'] : ['arms', i, 'rl']), ...issue.path], message);
      }
      return { name, ...begins, rl: merged.data as RlRecipe };
    });
    const trained = read.flatMap(({ name, rl }) => (rl === null ? [] : [{ name, rl }]));
    const unequal = trained.every(({ rl }) => rl !== undefined) ? unequalFormatCost(trained) : null;
    if (unequal !== null) reject(['arms'], unequal);
    const { demonstrations = rest.starts ? undefined : 'shipped', pretraining, ...others } = rest;
    const published = isPublishedStart(rest.policy);
    if (published && pretraining)
      reject(['pretraining'], 'is for a new decoder: a published model knows its words, so leave it out');
    return {
      ...others,
      ...(!published && { pretraining: pretraining ?? pretrainingSettingsSchema.parse({}) }),
      ...(demonstrations !== undefined && { demonstrations }),
      arms: read,
    };
  },
);

/**
 * Arms that differ in the cost of malformed replies although not all of them say so: presets have different defaults,
 * and a difference between the arms could then come of the cost and not of the method. Where every arm writes its cost
 * down, that is what is compared.
 */
function unequalFormatCost(arms: readonly { readonly name: string; readonly rl: RlRecipe }[]): string | null {
  const costs = arms.map(({ name, rl }) => ({ name, cost: formatCost(advantagesOfRecipe(rl)), said: saysFormat(rl) }));
  if (new Set(costs.map(({ cost }) => cost)).size < 2 || costs.every(({ said }) => said)) return null;
  const named = costs.map(({ name, cost, said }) => `${cost} in ${name}${said ? '' : ' (the default of its preset)'}`);
  return (
    `a malformed reply costs ${named.join(', ')}: a difference between these arms may come of that and not of the ` +
    `method. Give every arm the same cost, as in advantages: { preset: grpo, options: { format: 0.5 } }, or write ` +
    `each down if the cost is what you compare`
  );
}

/** Terms of one's own leave nothing to a default. */
function saysFormat({ advantages }: RlRecipe): boolean {
  return typeof advantages === 'object' && ('terms' in advantages || 'format' in advantages.options);
}

/** An arm of a study. */
export interface StudyArm {
  name: string;
  /** The start that it begins with; the first, or the only one, if left out. */
  from?: string | undefined;
  /** Null for an arm of no iterations: its start, evaluated under this name. */
  rl: RlRecipe | null;
}

/** What a study says of all its arms, with every default. */
export interface StudyRecipe {
  name: string;
  world: string;
  data?: string | undefined;
  heldOut?: string[] | undefined;
  policy: StudyPolicySettings;
  /** Absent where it begins with a published model. */
  pretraining?: PretrainingSettings | undefined;
  /** Absent where the recipe names several starts. */
  demonstrations?: StudyDemonstrations | undefined;
  starts?: Record<string, StudyStart> | undefined;
  sft: SftSettings;
  expertIteration?: ExpertIterationSettings | undefined;
  arms: StudyArm[];
  seeds: number[];
  evaluation: StudyEvaluation;
}

/**
 * A recipe as it is written: what has a default may be left out. `rl` is shared by all arms, and each may have settings
 * of its own.
 */
export interface StudyRecipeInput {
  name: string;
  world: string;
  data?: string | undefined;
  heldOut?: string[] | undefined;
  policy?: StudyPolicyInput | undefined;
  pretraining?: Partial<PretrainingSettings> | undefined;
  demonstrations?: StudyDemonstrationsInput | undefined;
  starts?:
    | Record<string, { demonstrations?: StudyDemonstrationsInput | undefined; tokens?: number | undefined }>
    | undefined;
  sft?: Partial<SftSettings> | undefined;
  expertIteration?: Partial<ExpertIterationSettings> | undefined;
  rl?: Record<string, unknown> | undefined;
  arms: { name: string; from?: string | undefined; rl?: Record<string, unknown> | undefined }[];
  seeds?: number[] | undefined;
  evaluation: Partial<Omit<StudyEvaluation, 'stripTags'>> &
    Pick<StudyEvaluation, 'panels'> & { stripTags?: Partial<StripTagsSettings> | undefined };
}

/** What policies that arms begin with are called, whichever version of Clew began the study. */
export const startArms: readonly string[] = [coldStartArm, names.expertIteration, formerNames.expertIteration];

/**
 * A recipe with its defaults.
 * @param at names the place of a setting, or of a key within it, for messages: `study.yaml, line 3`.
 * @throws ClewError with a sentence for each setting that is wrong, and for an unknown one those that there are.
 */
export function readStudyRecipe(
  input: unknown,
  at: (path: readonly PropertyKey[], key?: string) => string = () => 'The recipe',
): StudyRecipe {
  const read = studyRecipeSchema.safeParse(withPublishedDefaults(currentStudyRecipe(input)));
  if (read.success) return read.data;
  throw new ClewError(
    read.error.issues
      .map(
        issue => `${at(issue.path, issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined)}: ${faultOf(issue)}`,
      )
      .join('\n'),
  );
}

function faultOf(issue: z.core.$ZodIssue): string {
  const place = issue.path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`))
    .join('');
  const message =
    issue.code === 'unrecognized_keys'
      ? unknownKeys(issue.keys, keysAt(inputSchema, issue.path))
      : issue.code === 'invalid_union' && issue.path.includes('demonstrations')
        ? 'takes shipped, { file: PATH } or { build: { trajectories, seed, … } }'
        : issue.message;
  return `${place === '' ? '' : `${place}: `}${message}.`.replace(/\.\.$/, '.');
}

function unknownKeys(keys: readonly string[], known: readonly string[]): string {
  return (
    `${keys.map(key => `"${key}"`).join(', ')} ${keys.length === 1 ? 'is no setting' : 'are no settings'} ` +
    `here${known.length > 0 ? `; there are ${known.join(', ')}` : ''}`
  );
}
