import { matrixShape } from "../kernel.ts";
import { type WasmKernel, wasmKernel } from "./kernel.ts";

/** x `[rows, width]`, gain, bias `[width]` → y as x, stats `[rows, 2]` = mean, 1/std. */
const forward = wasmKernel<"x" | "gain" | "bias", { readonly epsilon: number }>(
  "AmortizeLayerNorm",
  ({ assembly, address, output }, { x, gain, bias }, { epsilon }) => {
    const [rows, width] = matrixShape(x), y = output(...x.shape), stats = output(rows, 2);
    assembly.layerNorm(rows, width, address(x), address(gain), address(bias), address(y), address(stats), epsilon);
    return [y, stats];
  },
);

/** x, gain, stats, dy → dx, dgain, dbias. */
const gradient = wasmKernel<"x" | "gain" | "stats" | "dy">(
  "AmortizeLayerNormGradient",
  ({ assembly, address, output }, { x, gain, stats, dy }) => {
    const [rows, width] = matrixShape(x), dx = output(...x.shape), dgain = output(width), dbias = output(width);
    const [xAt, gainAt, statsAt, dyAt] = [address(x), address(gain), address(stats), address(dy)];
    assembly.layerNormGradient(
      rows,
      width,
      xAt,
      gainAt,
      statsAt,
      dyAt,
      address(dx),
      address(dgain),
      address(dbias),
    );
    return [dx, dgain, dbias];
  },
);

/** The layer norm kernels. */
export const layerNormKernels: readonly WasmKernel[] = [forward, gradient];
