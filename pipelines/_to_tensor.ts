import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../lib/errors/shape_mismatch.ts";

/** Rows of one task, `[rows, columns]`; or a batch of tasks as a tensor, `[tasks, rows, columns]`. */
export type Rows = readonly (readonly number[])[] | tf.Tensor3D;

/** Rows as a tensor of the caller's, `[tasks, rows, columns]`; throws {@linkcode ShapeMismatch}, naming `what`. */
export function toTensor(rows: Rows, columns: number, what: string): tf.Tensor3D {
  const width = rows instanceof tf.Tensor ? columns : rows[0]?.length ?? columns;
  if (!(rows instanceof tf.Tensor) && !rows.every((row) => Array.isArray(row) && row.length === width)) {
    throw new ShapeMismatch({
      where: what,
      expected: `rows of ${columns} numbers each`,
      found: [rows.length],
      remedy: `give every row of ${what} as an array of ${columns} numbers`,
    });
  }
  const tensor = rows instanceof tf.Tensor
    ? rows.clone()
    : tf.tensor3d(rows.flatMap((row) => [...row]), [1, rows.length, width]);
  if (tensor.rank === 3 && tensor.shape[2] === columns) return tensor;
  const found = tensor.shape;
  tensor.dispose();
  throw new ShapeMismatch({
    where: what,
    expected: `rows of ${columns} numbers`,
    found,
    remedy: `give ${what} as [rows, ${columns}] numbers or as a tensor [tasks, rows, ${columns}]`,
  });
}
