import { ClewError } from '../../../errors.ts';
import type { Indices, Tensor } from '../../ops.ts';
import { checkFeeds, type GraphDefinition, isResident, type Program, type ResidentFeeds } from '../engine.ts';
import type { FrozenTensors } from './frozen.ts';
import type { TensorflowRuntime } from './library.ts';
import { residentOf, tensorOf } from './memory.ts';
import { idOf, Recording, type Step, tensorflowOps, type TfTensor } from './ops.ts';

/**
 * Makes a graph ready to run. TensorFlow.js computes each operation at once and leaves disposal to the caller: here
 * every tensor is disposed after the operation that reads it last, so a step holds no more memory than it must.
 */
export function compileProgram(
  { tf, library, select }: TensorflowRuntime,
  definition: GraphDefinition,
  frozen?: FrozenTensors,
): Program {
  const recording = new Recording();
  const floats: Record<string, Tensor> = {};
  const indices: Record<string, Indices> = {};
  for (const [name, { type, shape }] of Object.entries(definition.inputs)) {
    const value = recording.value(shape);
    if (type === 'int32') indices[name] = value as unknown as Indices;
    else floats[name] = value;
  }
  const outputs = idsOf(definition.build(tensorflowOps(tf, recording), { floats, indices }));
  const inputs = idsOf({ ...floats, ...indices });
  select();
  const constants = recording.constants.map(
    ({ id, values, shape }) => [id, tf.tensor(values, [...shape], 'float32')] as const,
  );
  const lent = Object.entries(frozen?.tensors ?? {}).map(([name, tensor]) => [inputs[name]!, tensor] as const);
  const stays = new Set(definition.stays);
  const steps = withLastReads(neededSteps(recording.steps, Object.values(outputs)), new Set(Object.values(outputs)));

  async function run(feeds: ResidentFeeds) {
    checkFeeds(definition, feeds);
    select();
    // What is not this run's own to dispose of is kept apart.
    const given = new Map<number, TfTensor>([...constants, ...lent]);
    const made = new Map<number, TfTensor>();
    try {
      for (const [name, { type, shape, source }] of Object.entries(definition.inputs)) {
        if (source) continue;
        const feed = feeds[name]!;
        if (isResident(feed)) given.set(inputs[name]!, tensorOf(feed));
        else made.set(inputs[name]!, tf.tensor(feed, [...shape], type));
      }
      for (const { step, lastReads } of steps) {
        made.set(
          step.output,
          tf.tidy(() => step.apply(...step.inputs.map(id => made.get(id) ?? given.get(id)!))),
        );
        for (const id of lastReads) {
          made.get(id)?.dispose();
          made.delete(id);
        }
      }
      const values: Record<string, Float32Array> = {};
      const kept: Record<string, TfTensor> = {};
      for (const [name, id] of Object.entries(outputs)) {
        const tensor = made.get(id) ?? given.get(id)!;
        // A clone shares the numbers and outlives what this run disposes of.
        if (stays.has(name)) kept[name] = tensor.clone();
        // Copied, because the CPU backend hands out its own array, which may be a feed's.
        else values[name] = (await tensor.data<'float32'>()).slice();
      }
      return {
        values,
        stays: Object.fromEntries(Object.entries(kept).map(([name, tensor]) => [name, residentOf(tensor)])),
      };
    } catch (error) {
      throw new ClewError(`The graph "${definition.name}" failed on ${library}: ${(error as Error).message}`, {
        cause: error,
      });
    } finally {
      for (const tensor of made.values()) tensor.dispose();
    }
  }

  return {
    run: async feeds => (await run(feeds)).values,
    runResident: run,
    async release() {
      for (const [, tensor] of constants) tensor.dispose();
      frozen?.release();
    },
  };
}

function idsOf(tensors: Readonly<Record<string, Tensor | Indices>>): Record<string, number> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, idOf(tensor)]));
}

/** The steps that the outputs depend on, in their order. */
function neededSteps(steps: readonly Step[], outputs: readonly number[]): Step[] {
  const needed = new Set(outputs);
  return steps
    .toReversed()
    .filter(({ output, inputs }) => {
      if (!needed.has(output)) return false;
      for (const id of inputs) needed.add(id);
      return true;
    })
    .toReversed();
}

/** Each step with the tensors that nothing reads after it; the kept ones are left out. */
function withLastReads(steps: readonly Step[], kept: ReadonlySet<number>): { step: Step; lastReads: number[] }[] {
  const read = new Set(kept);
  return steps
    .toReversed()
    .map(step => {
      const lastReads = [...new Set(step.inputs)].filter(id => !read.has(id));
      for (const id of lastReads) read.add(id);
      return { step, lastReads };
    })
    .toReversed();
}
