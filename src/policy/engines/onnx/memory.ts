import type { Tensor as OnnxTensor } from 'onnxruntime-web';
import type { EngineMemory, GraphDefinition, Program, Resident } from '../engine.ts';

/** onnxruntime's handle of a buffer on the GPU. */
export interface OnnxResident extends Resident {
  readonly tensor: OnnxTensor;
}

export function tensorOf(resident: Resident): OnnxTensor {
  return (resident as OnnxResident).tensor;
}

/**
 * The memory of a GPU that WebGPU computes on. onnxruntime sends tensors there, and brings them back, as inputs and
 * outputs of graphs alone: here of graphs that do nothing else. (A handle's own `getData` ends the whole process.)
 */
export function onnxMemory(compile: (definition: GraphDefinition) => Promise<Program>): EngineMemory {
  const copiers = new Map<string, Promise<Program>>();
  const copier = (shape: readonly number[], stays: boolean): Promise<Program> => {
    const name = `${stays ? 'upload' : 'download'} ${shape.join('x')}`;
    let program = copiers.get(name);
    if (!program) {
      program = compile({
        name,
        inputs: { x: { type: 'float32', shape } },
        ...(stays && { stays: ['x copied'] }),
        build: (_, { floats }) => ({ 'x copied': floats.x! }),
      });
      copiers.set(name, program);
    }
    return program;
  };
  return {
    async upload(values, shape) {
      const program = await copier(shape, true);
      return (await program.runResident!({ x: values })).stays['x copied']!;
    },
    async download(resident) {
      const program = await copier(resident.shape, false);
      return (await program.runResident!({ x: resident })).values['x copied']!;
    },
    release(tensors) {
      for (const resident of tensors) tensorOf(resident).dispose();
    },
    async close() {
      const programs = await Promise.all(copiers.values());
      copiers.clear();
      await Promise.all(programs.map(program => program.release()));
    },
  };
}
