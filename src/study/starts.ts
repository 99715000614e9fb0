import { z } from 'zod';
import {
  type Cut,
  cuts,
  type Annotator,
  buildSettingsSchema,
  type BuildSettings,
  marRulesAnnotator,
  mbtRulesAnnotator,
  methods,
  rulesAnnotator,
} from '../demonstrations/index.ts';

/**
 * The arm that is not trained further: what all the others begin with, or the rounds of expert iteration that they
 * begin with.
 */
export const coldStartArm = 'cold start';

/** What the policy of a named start is called in tables, unless an arm without training has a name for it. */
export function startArm(name: string): string {
  return `${coldStartArm} ${name}`;
}

/** Whose episodes MBT-R rewrites: those that the policy of another start plays. */
export interface StudentSettings {
  /** The start whose policy plays. */
  from: string;
  /** Training tasks, each played once. */
  tasks: number;
  temperature: number;
  /**
   * Where its episodes are cut; at their stagnation if left out. At first errors only lost ones are rewritten. Before any
   * step, it is DAgger: a ceiling.
   */
  cut?: Cut | undefined;
  /**
   * Whether what the student itself was shown stands before the rewritten episodes: half of the demonstrations were then made
   * before it was trained, and half for it.
   */
  together?: boolean | undefined;
}

/** How a study makes demonstrations: the settings of `clew cold-start build`, and for MBT those that follow. */
export interface StudyBuildSettings extends BuildSettings {
  /** `rlvmr` if left out. */
  readonly method?: (typeof methods)[number] | undefined;
  /** MBT only: whether thoughts are in five phases; true if left out. Without them MBT-R is direct-R. */
  readonly phases?: boolean | undefined;
  readonly students?: StudentSettings | undefined;
}

/** Where demonstrations come from. */
export type StudyDemonstrations = 'shipped' | { file: string } | { build: StudyBuildSettings };

/** The same as it is written. */
export type StudyDemonstrationsInput =
  | 'shipped'
  | { file: string }
  | {
      build: Partial<Omit<StudyBuildSettings, 'students'>> & {
        students?: (Partial<StudentSettings> & Pick<StudentSettings, 'from'>) | undefined;
      };
    };

/** One of several cold starts of a study. */
export interface StudyStart {
  demonstrations: StudyDemonstrations;
  /** Only so many of its demonstrations that their replies have at most so many tokens together. */
  tokens?: number | undefined;
}

// No defaults where `clew cold-start build` has other options for the same: a recipe that is kept stays what it was.
const studyBuildSchema = buildSettingsSchema
  .extend({
    method: z
      .enum(methods)
      .optional()
      .describe(
        'rlvmr (default), mar: the same with what can be known said first, mbt-s: five-phase traces, ' +
          "mbt-r: a student's own episodes rewritten",
      ),
    phases: z.boolean().optional().describe('for mbt-s and mbt-r: false writes plain thoughts, without phases'),
    students: z
      .strictObject({
        from: z.string().min(1).describe('the start whose policy plays the episodes'),
        tasks: z.int().positive().default(400).describe('training tasks that it plays, once each'),
        temperature: z.number().nonnegative().default(0.7).describe('of its sampling'),
        cut: z
          .enum(cuts)
          .optional()
          .describe(
            'where its episodes are cut; first-error takes lost ones, and one recovers from just that; any: a ceiling',
          ),
        together: z
          .boolean()
          .optional()
          .describe('true: the demonstrations of that start come first, and the rewritten episodes after them'),
      })
      .optional()
      .describe('for mbt-r: whose episodes are rewritten'),
  })
  .superRefine(({ method = 'rlvmr', phases, students, lookUps }, context) => {
    const reject = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    if (method === 'mbt-r' && !students) reject('students', 'mbt-r rewrites episodes: say whose, as { from: START }');
    if (method !== 'mbt-r' && students) reject('students', `${method} rewrites no episodes: only mbt-r does`);
    if (students?.cut !== undefined && students.cut !== 'stagnation' && phases !== false)
      reject('phases', `demonstrations that are cut at ${students.cut} have plain thoughts: say phases: false`);
    if (!method.startsWith('mbt') && phases !== undefined)
      reject('phases', `belongs to mbt-s and mbt-r: thoughts of ${method} have none`);
    if (lookUps && (method === 'mar' || hasPhases({ method, phases })))
      reject('lookUps', 'belongs to plain thoughts: those of rlvmr, and of mbt-s and mbt-r with phases: false');
  });

export const demonstrationsSchema = z.union([
  z.literal('shipped'),
  z.strictObject({ file: z.string().min(1) }),
  z.strictObject({ build: studyBuildSchema }),
]);

export const startSchema = z.strictObject({
  demonstrations: demonstrationsSchema.default('shipped').describe('as in a study with one cold start'),
  tokens: z
    .int()
    .positive()
    .optional()
    .describe('only so many demonstrations that their replies have at most so many tokens together; all if left out'),
});

export const startsSchema = z
  .record(z.string(), startSchema)
  .refine(starts => Object.keys(starts).length > 0, 'names at least one start');

/** Whether thoughts are written in the five phases of MBT. */
export function hasPhases({ method = 'rlvmr', phases = true }: Pick<StudyBuildSettings, 'method' | 'phases'>): boolean {
  return method.startsWith('mbt') && phases;
}

/** Who writes thoughts for some start beside the rules of RLVMR: the words of all of them are tokens. */
export function annotatorsOf(builds: readonly StudyBuildSettings[]): Annotator[] {
  return [
    ...(builds.some(({ method }) => method === 'mar') ? [marRulesAnnotator()] : []),
    ...(builds.some(hasPhases) ? [mbtRulesAnnotator()] : []),
    ...(builds.some(({ lookUps }) => lookUps === true) ? [rulesAnnotator({ lookUps: true })] : []),
  ];
}

/** Whose episodes a start rewrites, if any. */
export function studentsOf({ demonstrations }: StudyStart): StudentSettings | undefined {
  return typeof demonstrations === 'object' && 'build' in demonstrations ? demonstrations.build.students : undefined;
}

/**
 * The names of starts in the order in which they can be made: in that of the recipe, but a start stands after the one
 * whose policy plays its students. Null where that is impossible because some wait for each other, or for one that is
 * not there.
 */
export function startOrder(starts: Readonly<Record<string, StudyStart>>): string[] | null {
  const ordered: string[] = [];
  const left = new Map(Object.entries(starts));
  while (left.size > 0) {
    const next = [...left].find(([, start]) => {
      const students = studentsOf(start);
      return students === undefined || ordered.includes(students.from);
    });
    if (!next) return null;
    ordered.push(next[0]);
    left.delete(next[0]);
  }
  return ordered;
}
