import { emptyModel, type Model, parameterLayout } from '../../policy/index.ts';

/**
 * A copy of a model with its logits divided by a temperature, in its parameters: those of the last norm, whose output the embedding
 * table (or the head) turns into logits. Sampling the copy at temperature 1 is sampling the model at that temperature, so that a policy
 * which is sampled colder is also trained as it is sampled. Tempering by 1 / temperature takes it back, up to rounding.
 */
export function tempered({ config, parameters }: Model, temperature: number): Model {
  const copy = emptyModel(config);
  copy.parameters.set(parameters);
  const { offset, size } = parameterLayout(config).find(({ name }) => name === 'norm')!;
  for (let i = offset; i < offset + size; i++) copy.parameters[i]! /= temperature;
  return copy;
}
