import { type Model, parameterLayout } from '../../policy/index.ts';

/**
 * Divides the logits of a model by a temperature, in its parameters: those of the last norm, whose output the embedding table (or
 * the head) turns into logits. Sampling the result at temperature 1 is sampling the model at that temperature, so that a policy
 * which is sampled colder is also trained as it is sampled. Tempering by 1 / temperature takes it back, up to rounding.
 */
function temper(model: Model, temperature: number): void {
  if (temperature === 1) return;
  const { offset, size } = parameterLayout(model.config).find(({ name }) => name === 'norm')!;
  for (let i = offset; i < offset + size; i++) model.parameters[i]! /= temperature;
  model.version++;
}

/** A tempered copy, so that neither a cold start nor a state is changed. */
export function tempered({ config, parameters }: Model, temperature: number): Model {
  const copy: Model = { config, parameters: new Float32Array(new SharedArrayBuffer(parameters.byteLength)), version: 0 };
  copy.parameters.set(parameters);
  temper(copy, temperature);
  return copy;
}
