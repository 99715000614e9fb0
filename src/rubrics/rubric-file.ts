import { z } from 'zod';
import { type Criterion, criterionSchema } from '../briefs/index.ts';
import { ClewError } from '../errors.ts';
import { faults } from '../trajectory/store/checked.ts';

/** The criteria of a rubric file: those of a category, and those of every task. */
export interface RubricFile {
  readonly byCategory: ReadonlyMap<string, readonly Criterion[]>;
  /** Of tasks whose category has none of its own. */
  readonly all: readonly Criterion[] | undefined;
}

const criteria = z.array(criterionSchema).min(1);
const fileSchema = z
  .object({
    rubrics: z
      .array(z.object({ category: z.string(), kept: z.array(z.object({ criterion: criterionSchema })) }))
      .optional(),
    criteria: criteria.optional(),
  })
  .refine(file => file.rubrics !== undefined || file.criteria !== undefined, 'has neither rubrics nor criteria');

/**
 * Reads a rubric: what `clew rubric --out` writes, or `{ "criteria": [ … ] }`, which are for tasks of any category.
 * @throws ClewError that says what is wrong in it.
 */
export function readRubricFile(text: string, name: string): RubricFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ClewError(`${name} is no JSON: ${(error as Error).message}.`);
  }
  const read = fileSchema.safeParse(json);
  if (!read.success)
    throw new ClewError(
      `${name} is no rubric: ${faults(read.error)}. One is what clew rubric WORLD --out FILE writes, or ` +
        `{ "criteria": [{ "id", "text", "weight", "evidence", "check" }, …] }.`,
    );
  const { rubrics = [], criteria: all } = read.data;
  return {
    byCategory: new Map(rubrics.map(({ category, kept }) => [category, kept.map(({ criterion }) => criterion)])),
    all,
  };
}
