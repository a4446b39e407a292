import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { noObservation } from "./_layout.ts";
import { fromLengths } from "./from_lengths.ts";
import type { MaskedTokens, Tokens } from "./regime.ts";
import { isOneLength } from "./share_of_visible.ts";
import { attempt, type NamedStage, stage } from "./stage.ts";

/**
 * Says which tokens of a grid there are: columns are nodes, of which each query marks the present ones; rows are nodes
 * too, or samples, of which the first n are visible. In: tokens `[tasks · queries, rows · nodes, width]`, whose layout
 * holds rows as `observations` and nodes as `perObservation`. Out: the same, and a boolean mask
 * `[tasks · queries, rows, nodes]`, owned by the caller. Fails with {@linkcode ShapeMismatch} if there is no row.
 */
export function maskGrid(rows: "nodes" | "samples"): NamedStage<Tokens, MaskedTokens, ShapeMismatch> {
  return stage(`masking/${rows} × nodes`, (tokens) => {
    const { layout: { observations }, lengths, embedded, input: { queryX } } = tokens;
    if (observations < 1) return Effect.fail(noObservation(embedded.shape));
    return attempt(() => {
      const [tasks, queries, nodes] = queryX.shape, grids = tasks * queries;
      const columns = queryX.reshape([grids, 1, nodes]);
      const first = (visible: number): tf.Tensor3D =>
        tf.tensor3d(Array.from({ length: observations }, (_, n) => Number(n < visible)), [1, observations, 1]);
      const lines = rows === "nodes"
        ? queryX.reshape([grids, nodes, 1])
        : isOneLength(lengths)
        ? fromLengths(lengths, ([visible = observations]) => first(visible))
        : first(typeof lengths === "number" ? lengths : observations);
      return { ...tokens, mask: lines.mul(columns).greater<tf.Tensor3D>(0) };
    });
  });
}
