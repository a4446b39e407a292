import type * as tf from "@tensorflow/tfjs";
import { Effect, Scope } from "effect";
import { flushTensors } from "../../../lib/device/webgpu_tensors.ts";
import { openDevice } from "../../../lib/device/mod.ts";
import type { DeviceName } from "../../../lib/device/mod.ts";
import type { PendingLoss } from "./_serve_gpu.ts";

/** Makes webgpu current for the rest of the process, with these kernels or tfjs's alone. */
export async function openWebgpu(kernels?: (name: DeviceName) => Promise<void> | void): Promise<void> {
  const open = openDevice("webgpu", kernels === undefined ? {} : { kernels });
  await Effect.runPromise(Effect.provideService(open, Scope.Scope, Scope.makeUnsafe()));
}

/** Submits what tfjs has queued up to a loss, which is handed over. */
export function submitted(loss: tf.Tensor): PendingLoss {
  flushTensors();
  return {
    read: async () => {
      const [value] = await loss.data();
      loss.dispose();
      return value!;
    },
    drop: () => loss.dispose(),
  };
}
