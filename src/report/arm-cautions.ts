import { z } from 'zod';
import { type Training, trainingsBehind } from './trainings.ts';

const termSchema = z.looseObject({
  signal: z.array(z.looseObject({ parts: z.array(z.string()) })),
  groupKey: z.array(z.string()),
  centre: z.string(),
  weight: z.number(),
});
const trainingConfig = z.looseObject({ advantages: z.looseObject({ terms: z.array(termSchema) }) });

const idleFormat =
  'trained with a cost for malformed replies that can never act: replies without a readable tag are compared with ' +
  'each other alone, and each of them has it. Set `format` to have one that acts.';

/**
 * What a reader must know of how an arm was trained before its figures in a world are compared with others'. RLVMR's
 * paper adds the format penalty to rewards that are normalised by tag, where all malformed replies are one cell and
 * lose it again.
 */
export function armCautions(trainings: readonly Training[], arm: string, world: string): string[] {
  const idle = trainingsBehind(trainings, arm, world).some(({ run }) => {
    const config = trainingConfig.safeParse(run.config);
    return config.success && isFormatIdle(config.data.advantages.terms);
  });
  return idle ? [idleFormat] : [];
}

/** There is a penalty for the format, and none of its terms compares malformed replies with others. */
function isFormatIdle(terms: readonly z.infer<typeof termSchema>[]): boolean {
  const penalties = terms.filter(
    ({ signal, weight }) => weight !== 0 && signal.some(({ parts }) => parts.includes('format')),
  );
  return (
    penalties.length > 0 && penalties.every(({ groupKey, centre }) => groupKey.includes('tag') && centre !== 'none')
  );
}
