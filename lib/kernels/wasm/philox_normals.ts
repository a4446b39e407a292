import { drawStart, normals } from "../../random/mod.ts";
import { type WasmKernel, wasmKernel } from "./kernel.ts";

/** place int32 `[7]` of `drawPlace` → `count` standard normal numbers, by `normals` itself, from where it lies now. */
const philoxNormals = wasmKernel<"place", { readonly count: number }>(
  "AmortizePhiloxNormals",
  ({ address, output, memory }, { place }, { count }) => {
    const z = output(count); // first, since the memory may grow
    const { key, first } = drawStart(new Int32Array(memory.buffer, address(place), 7));
    new Float32Array(memory.buffer, address(z), count).set(normals(key, count, first));
    return z;
  },
);

/** Random numbers. */
export const philoxKernels: readonly WasmKernel[] = [philoxNormals];
