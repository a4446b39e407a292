import * as tf from "@tensorflow/tfjs";
import type { Weights } from "../../model/weights.ts";
import type { Key } from "../../random/mod.ts";
import type { RefineInput, Regime, Tokens } from "../../stages/regime.ts";
import type { Refinement } from "../settings.ts";

/** What takes an absent node out of a softmax. */
const never = 1e9;

/** How a mini-batch becomes a grid of tokens with nodes as columns, and how leaf scores are read from it. */
export interface NodeGrid {
  /** Names the regime. */
  readonly name: string;
  /** Encoder and head. */
  readonly init: (key: Key) => Weights;
  /** What is computed at the held state from the mini-batch. */
  readonly signal: Regime["signal"];
  /** Tokens `[tasks · queries, rows · nodes, width]`. */
  readonly encode: (input: RefineInput) => { readonly embedded: tf.Tensor3D; readonly rows: number };
  /** Leaf scores `[tasks · queries, nodes]` from the model's outputs `[tasks · queries, rows · nodes, width]`. */
  readonly read: (hidden: tf.Tensor3D, tokens: Tokens) => tf.Tensor2D;
}

/**
 * The state is a leaf logit for each node of each query, `logits` `[tasks, queries, nodes]`, beside `present`, the query's
 * mark of the nodes that are left. It starts at 0: nothing tells nodes apart before the first sample. Predictions are
 * logits over nodes, an absent node's −1e9. Source: METHOD.md §7, topological order.
 */
export function leafRegime(grid: NodeGrid, c: Pick<Refinement, "update">): Regime {
  return {
    name: grid.name,
    stepAsTensor: true,
    init: grid.init,
    start: (_weights, queryX) => ({ logits: tf.zeros(queryX.shape), present: queryX.clone() }),
    signal: grid.signal,
    encode: (input) => {
      const { embedded, rows } = grid.encode(input);
      const nodes = input.queryX.shape[2];
      return { embedded, layout: { lead: 0, observations: rows, perObservation: nodes, summaries: 0, queries: 0 } };
    },
    decode: (hidden, tokens) => {
      const { state } = tokens.input, { shape } = state["logits"]!;
      const scores = grid.read(hidden, tokens).reshape(shape);
      return { logits: (c.update === "residual" ? scores.add(state["logits"]!) : scores).expandDims(1) };
    },
    predict: (_weights, candidates, queryX) =>
      candidates["logits"]!.add<tf.Tensor4D>(queryX.sub(1).mul(never).expandDims(1)),
    advance: (candidates, { state }) => ({
      logits: candidates["logits"]!.squeeze([1]),
      present: state["present"]!.clone(),
    }),
    asCandidates: ({ logits }) => ({ logits: logits!.expandDims(1) }),
  };
}
