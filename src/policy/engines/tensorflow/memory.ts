import type { EngineMemory, Resident } from '../engine.ts';
import type { TensorflowRuntime } from './library.ts';
import type { TfTensor } from './ops.ts';

/** TensorFlow's tensors stay where they were computed until they are disposed of. */
interface TensorflowResident extends Resident {
  readonly tensor: TfTensor;
}

export function residentOf(tensor: TfTensor): TensorflowResident {
  return { shape: tensor.shape, tensor };
}

export function tensorOf(resident: Resident): TfTensor {
  return (resident as TensorflowResident).tensor;
}

export function tensorflowMemory({ tf, select }: TensorflowRuntime): EngineMemory {
  return {
    async upload(values, shape) {
      select();
      // Copied, because the CPU backend computes from the caller's own array, which may change.
      return residentOf(tf.tensor(values.slice(), [...shape], 'float32'));
    },
    async download(resident) {
      select();
      return (await tensorOf(resident).data<'float32'>()).slice();
    },
    release(tensors) {
      select();
      for (const tensor of tensors) tensorOf(tensor).dispose();
    },
  };
}
