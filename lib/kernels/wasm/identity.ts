import * as tf from "@tensorflow/tfjs";
import { type WasmKernel, wasmKernel } from "./kernel.ts";

/** tfjs's Identity without its copy: the same buffer, held once more (the other backends do the same). */
const identity = wasmKernel<"x">("Identity", ({ backend }, { x }) => {
  if (x.dtype === "string") return tf.tensor(backend.readSync(x.dataId) as never, x.shape, x.dtype);
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
});

/** tfjs's own kernels that copy without need. */
export const identityKernels: readonly WasmKernel[] = [identity];
