import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../lib/errors/shape_mismatch.ts";
import { TableNotUsable } from "../lib/errors/table_not_usable.ts";

/** Rows of one task, `[rows, columns]`; or a batch of tasks as a tensor, `[tasks, rows, columns]`. */
export type Rows = readonly (readonly number[])[] | tf.Tensor3D;

/**
 * Rows as a tensor of the caller's, `[tasks, rows, columns]`; throws {@linkcode ShapeMismatch}, naming `what`, and
 * {@linkcode TableNotUsable} at a number that is not finite. A tensor is taken as it is: reading it would hold up a GPU.
 */
export function toTensor(rows: Rows, columns: number, what: string): tf.Tensor3D {
  if (!(rows instanceof tf.Tensor)) checkRows(rows, columns, what);
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

function checkRows(rows: readonly (readonly number[])[], columns: number, what: string): void {
  if (rows.length === 0) {
    throw new ShapeMismatch({
      where: what,
      expected: `at least one row of ${columns} numbers`,
      found: [0],
      remedy: "give rows, or leave the call out where there are none",
    });
  }
  rows.forEach((row, at) => {
    const wrong = Array.isArray(row) ? row.findIndex((value) => !Number.isFinite(value)) : -1;
    if (wrong < 0) return;
    throw new TableNotUsable({
      what: `${what}[${at}][${wrong}]`,
      expected: "a finite number",
      found: String(row[wrong]),
      remedy: "mend the value, or leave its row out",
    });
  });
}
