import { assertInstanceOf } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../../lib/errors/shape_mismatch.ts";
import type { Refined } from "../../lib/stages/forward.ts";
import { lossPerTask, meanOverPrefixes } from "../../lib/stages/loss_aggregation.ts";
import { assertClose, onEveryBackend } from "../backends.ts";
import { read } from "../properties/_values.ts";

const close = { relative: 1e-6 };

/** Two tasks, two prefixes, two queries, one output. */
const predictions = [[[[1], [2]], [[0], [0]]], [[[3], [5]], [[4], [4]]]];
const targets = [[[0], [4]], [[3], [3]]];

function given(predictions: tf.Tensor4D): Refined {
  return { predictions, candidates: {}, input: undefined as unknown as Refined["input"] }; // losses look at neither
}

onEveryBackend("meanOverPrefixes() averages squared errors over tasks and queries, then balanced prefixes", () => {
  tf.tidy(() => {
    const stage = meanOverPrefixes("squared-error");
    const { loss, perPrefix } = Effect.runSync(
      stage({ refined: given(tf.tensor4d(predictions)), queryY: tf.tensor3d(targets), balance: tf.tensor1d([1, 3]) }),
    );
    // Prefix 1: (1 + 4 + 0 + 4) / 4; prefix 2: (0 + 16 + 1 + 1) / 4; balanced: (1 · 2.25 + 3 · 4.5) / 2.
    assertClose("perPrefix", read(perPrefix), { shape: [2], data: Float32Array.of(2.25, 4.5) }, close);
    assertClose("loss", read(loss), { shape: [], data: Float32Array.of(7.875) }, close);
  });
}, { backends: ["cpu", "wasm"] });

onEveryBackend("meanOverPrefixes() averages cross-entropies", () => {
  tf.tidy(() => {
    // Odds 1 : 1, then 3 : 1 for the right class; right classes 0 and 1.
    const logits = tf.tensor4d([[[[0, 0], [0, 0]], [[Math.log(3), 0], [0, Math.log(3)]]]]);
    const { loss, perPrefix } = Effect.runSync(
      meanOverPrefixes("cross-entropy")({
        refined: given(logits),
        queryY: tf.tensor3d([[[1, 0], [0, 1]]]),
        balance: tf.tensor1d([1, 1]),
      }),
    );
    const expected = [Math.log(2), Math.log(4 / 3)] as const;
    assertClose("perPrefix", read(perPrefix), { shape: [2], data: Float32Array.from(expected) }, close);
    assertClose("loss", read(loss), { shape: [], data: Float32Array.of((expected[0] + expected[1]) / 2) }, close);
  });
}, { backends: ["cpu", "wasm"] });

onEveryBackend("lossPerTask() keeps tasks apart", () => {
  tf.tidy(() => {
    const found = read(lossPerTask("squared-error", tf.tensor4d(predictions), tf.tensor3d(targets)));
    assertClose("losses", found, { shape: [2, 2], data: Float32Array.of(2.5, 8, 2, 1) }, close);
  });
}, { backends: ["cpu", "wasm"] });

onEveryBackend("meanOverPrefixes() fails with ShapeMismatch when labels do not fit", () => {
  tf.tidy(() => {
    const input = { refined: given(tf.tensor4d(predictions)), queryY: tf.zeros<tf.Rank.R3>([2, 3, 1]) };
    const stage = meanOverPrefixes("squared-error")({ ...input, balance: tf.tensor1d([1, 1]) });
    assertInstanceOf(Effect.runSync(Effect.flip(stage)), ShapeMismatch);
  });
}, { backends: ["cpu"] });
