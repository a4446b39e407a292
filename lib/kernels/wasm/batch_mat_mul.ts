import * as tf from "@tensorflow/tfjs";
import type { TensorInfo } from "@tensorflow/tfjs";
import { type WasmKernel, wasmKernel } from "./kernel.ts";

interface Transposes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/**
 * tfjs's own matMul over the last two axes, the leading ones broadcast: its kernel is 14 times slower with Bᵀ and 47
 * times with Aᵀ. One matrix b under many a, not transposed, is one large product.
 */
const batchMatMul = wasmKernel<"a" | "b", Transposes>("BatchMatMul", (shop, { a, b }, { transposeA, transposeB }) => {
  if (a.dtype !== "float32" || b.dtype !== "float32") {
    throw new Error(`Cannot multiply ${a.dtype} by ${b.dtype} on the wasm backend: cast both to float32`);
  }
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [inner, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  if (inner !== k) throw new Error(`Cannot multiply [${a.shape}] by [${b.shape}]: ${k} columns meet ${inner} rows`);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const y = shop.output(...batch, m, n), count = tf.util.sizeFromShape(batch);
  const [aAt, bAt, yAt] = [shop.address(a), shop.address(b), shop.address(y)];
  if (!transposeA && matrices(b) === 1 && matrices(a) === count) {
    shop.multiply(false, transposeB, count * m, n, k, aAt, k, bAt, bColumns, false, yAt, n);
    return y;
  }
  const [aSteps, bSteps] = [matrixSteps(a, batch), matrixSteps(b, batch)];
  for (let i = 0; i < count; i++) {
    const [ai, bi] = [aAt + stepTo(i, batch, aSteps) * m * k * 4, bAt + stepTo(i, batch, bSteps) * k * n * 4];
    shop.multiply(transposeA, transposeB, m, n, k, ai, aColumns, bi, bColumns, false, yAt + i * m * n * 4, n);
  }
  return y;
});

function matrices(tensor: TensorInfo): number {
  return tf.util.sizeFromShape(tensor.shape.slice(0, -2));
}

/** How many matrices of the tensor lie between neighbours along each batch axis; 0 where it has one for all. */
function matrixSteps(tensor: TensorInfo, batch: readonly number[]): number[] {
  const own = tensor.shape.slice(0, -2), missing = batch.length - own.length;
  let step = 1;
  return batch.map((_, i) => i).reverse().map((i) => {
    const length = i < missing ? 1 : own[i - missing]!, result = length === 1 ? 0 : step;
    step *= length;
    return result;
  }).reverse();
}

/** The matrix that belongs to the i-th of the batch. */
function stepTo(i: number, batch: readonly number[], steps: readonly number[]): number {
  let found = 0;
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    found += (i % batch[axis]!) * steps[axis]!;
    i = Math.floor(i / batch[axis]!);
  }
  return found;
}

/** A name by which ops see that products with transposed operands are fast here; it is never run. */
const marker = wasmKernel("AmortizeFastBatchMatMul", () => []);

/** The products that tfjs itself asks for. */
export const batchMatMulKernels: readonly WasmKernel[] = [batchMatMul, marker];
