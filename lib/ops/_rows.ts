import type { Tensor, Tensor2D } from "@tensorflow/tfjs";

/** A tensor as a matrix whose rows are its last axis: `[…, width]` as `[rows, width]`. */
export function asRows(x: Tensor): Tensor2D {
  return x.rank === 2 ? x as Tensor2D : x.reshape([-1, x.shape[x.rank - 1]!]);
}

/** Rows `[rows, width]` with the leading axes of another tensor: `[…, width]`. */
export function likeRows(rows: Tensor, like: Tensor): Tensor {
  return like.rank === 2 ? rows : rows.reshape([...like.shape.slice(0, -1), rows.shape[1]!]);
}
