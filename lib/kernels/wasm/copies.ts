import * as tf from "@tensorflow/tfjs";
import type { TensorInfo } from "@tensorflow/tfjs";
import { type WasmKernel, wasmKernel, type Workshop } from "./kernel.ts";

/** Where `count` runs of a copy begin, and how far apart they are, in elements. */
interface Runs {
  readonly length: number;
  readonly count: number;
  readonly source: number;
  readonly sourceStep: number;
  readonly target: number;
  readonly targetStep: number;
}

/** tfjs's Slice, in whole runs (16 × 64 × 64 of 192: 2.7 ms, here 0.05). */
const slice = wasmKernel<"x", { readonly begin: number[]; readonly size: number[] }>(
  "Slice",
  (shop, { x }, { begin, size }) => {
    if (x.dtype === "string" || x.shape.length === 0) return undefined;
    const [from, sizes] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size) as [number[], number[]];
    tf.slice_util.assertParamsValid(x as tf.Tensor, from, sizes);
    const y = shop.backend.makeOutput(sizes, x.dtype);
    for (const runs of sliceRuns(x.shape, from, sizes)) copy(shop, x, y, runs);
    return y;
  },
);

/** The runs of a slice: the axes from the last that is cut are one run, the axis before gives the steps. */
function* sliceRuns(shape: readonly number[], begin: readonly number[], size: readonly number[]): Generator<Runs> {
  if (size.includes(0)) return;
  let cut = shape.length - 1;
  while (cut > 0 && size[cut] === shape[cut]) cut--;
  const steps = stepsOf(shape), length = size[cut]! * steps[cut]!, axis = cut - 1;
  const count = axis < 0 ? 1 : size[axis]!, sourceStep = axis < 0 ? 0 : steps[axis]!;
  const outer = size.slice(0, Math.max(0, axis)), groups = tf.util.sizeFromShape(outer);
  const start = begin.reduce((sum, b, i) => sum + b * steps[i]!, 0);
  for (let group = 0; group < groups; group++) {
    let source = start;
    for (let i = outer.length - 1, rest = group; i >= 0; i--) {
      source += (rest % outer[i]!) * steps[i]!;
      rest = Math.floor(rest / outer[i]!);
    }
    yield { length, count, source, sourceStep, target: group * count * length, targetStep: length };
  }
}

function stepsOf(shape: readonly number[]): number[] {
  return shape.map((_, i) => tf.util.sizeFromShape(shape.slice(i + 1)));
}

/** tfjs's Tile along one axis, the usual broadcast (64 to 16 × 64 × 64: 4 ms, here 0.03); of others its own runs. */
const tile = wasmKernel<"x", { readonly reps: number[] }>("Tile", (shop, { x }, { reps }) => {
  const axes = reps.flatMap((n, i) => n === 1 ? [] : [i]), first = axes[0];
  if (x.dtype === "string" || first === undefined) return undefined;
  const last = axes.at(-1)!;
  if (x.shape.slice(first, last).some((n) => n !== 1)) return undefined; // between them only axes of length 1
  const repeats = tf.util.sizeFromShape(reps), length = tf.util.sizeFromShape(x.shape.slice(first));
  const groups = tf.util.sizeFromShape(x.shape.slice(0, first));
  const y = shop.backend.makeOutput(x.shape.map((n, i) => n * reps[i]!), x.dtype);
  for (let group = 0; group < groups; group++) {
    const source = group * length, target = source * repeats;
    copy(shop, x, y, { length, count: repeats, source, sourceStep: 0, target, targetStep: length });
  }
  return y;
});

function copy(shop: Workshop, x: TensorInfo, y: TensorInfo, runs: Runs): void {
  const size = tf.util.bytesPerElement(x.dtype), source = shop.address(x) + runs.source * size;
  const target = shop.address(y) + runs.target * size;
  const { count, length, sourceStep, targetStep } = runs;
  shop.assembly.copyRuns(count, length * size, source, sourceStep * size, target, targetStep * size);
}

/** tfjs's Transpose where it exchanges the last two axes (1024 × 256: 2.2 ms, here 0.5); of others its own runs. */
const transpose = wasmKernel<"x", { readonly perm: number[] }>("Transpose", (shop, { x }, { perm }) => {
  const rank = perm.length;
  const swapsLast = rank >= 2 && perm.every((p, i) => p === (i < rank - 2 ? i : 2 * rank - 3 - i));
  if (x.dtype !== "float32" || !swapsLast) return undefined;
  const [rows, columns] = x.shape.slice(-2) as [number, number], outer = x.shape.slice(0, -2);
  const y = shop.output(...outer, columns, rows), step = 4 * rows * columns;
  const [from, to] = [shop.address(x), shop.address(y)];
  for (let i = tf.util.sizeFromShape(outer) - 1; i >= 0; i--) {
    shop.assembly.transpose(rows, columns, from + i * step, to + i * step);
  }
  return y;
});

/** tfjs's own copies that are slow: it moves single elements, by computed indices. */
export const copyKernels: readonly WasmKernel[] = [slice, tile, transpose];
