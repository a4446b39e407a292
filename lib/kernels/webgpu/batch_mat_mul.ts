import * as tf from "@tensorflow/tfjs";
import type { TensorInfo } from "@tensorflow/tfjs";
import { sizeOf } from "../kernel.ts";
import { type WebgpuKernel, webgpuKernel } from "./kernel.ts";
import { operand, runProducts } from "./linear_products.ts";
import type { Product } from "./product_text.ts";
import { rowsInFours } from "./tiling.ts";

interface Transposes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/**
 * tfjs's own matMul over the last two axes, the leading ones equal or one matrix for all; of others its own runs. That one
 * adds long sums up with atomics, in any order, and transposes small operands first; here one dispatch, equal bits.
 */
const batchMatMul = webgpuKernel<"a" | "b", Transposes>("BatchMatMul", (shop, { a, b }, { transposeA, transposeB }) => {
  const leading = (x: TensorInfo): number[] => x.shape.slice(0, -2);
  const batchShape = matrices(a) > 1 ? leading(a) : leading(b), batch = tf.util.sizeFromShape(batchShape);
  const fits = (x: TensorInfo): boolean => matrices(x) === 1 || tf.util.arraysEqual(leading(x), batchShape);
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const [rows, inner] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [k, columns] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  const floats = a.dtype === "float32" && b.dtype === "float32" && a.shape.length === b.shape.length;
  if (!floats || !fits(a) || !fits(b) || inner !== k || sizeOf(a) === 0 || sizeOf(b) === 0) return undefined;
  const y = shop.output(...batchShape, rows, columns);
  const [aStart, bStart] = [a, b].map((x) => matrices(x) === 1 ? "" : `n * ${sizeOf(x) / batch}u + `);
  const alongA = transposeA ? rows : inner, alongB = transposeB ? inner : columns;
  const [foursA, foursB, foursY] = [alongA, alongB, columns].map((length) => rowsInFours(shop.tiling, length)) as [
    boolean,
    boolean,
    boolean,
  ];
  const at = `n * ${rows * columns}u + r * ${columns}u + c`;
  const product: Product = {
    name: "toY",
    batch,
    rows,
    columns,
    inner,
    a: transposeA
      ? operand("r", foursA, `${aStart}k * ${rows}u + r`, (at) => `a[${at}]`)
      : operand("k", foursA, `${aStart}r * ${inner}u + k`, (at) => `a[${at}]`),
    b: transposeB
      ? operand("k", foursB, `${bStart}c * ${inner}u + k`, (at) => `b[${at}]`)
      : operand("c", foursB, `${bStart}k * ${columns}u + c`, (at) => `b[${at}]`),
    store: `y[${foursY ? `(${at}) / 4u` : at}] = v;`,
    storesFours: foursY,
  };
  const fours = [...foursA ? ["a"] : [], ...foursB ? ["b"] : [], ...foursY ? ["y"] : []];
  runProducts(shop, `matMul ${transposeA} ${transposeB} ${aStart} ${bStart}`, { a, b }, { y }, [product], fours);
  return y;
});

function matrices(tensor: TensorInfo): number {
  return tf.util.sizeFromShape(tensor.shape.slice(0, -2));
}

/** The products that tfjs itself asks for. */
export const batchMatMulKernels: readonly WebgpuKernel[] = [batchMatMul];
