import fc from "fast-check";
import { assert } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { regimeOf } from "../../lib/regimes/regime_of.ts";
import { tinyRefinement } from "../_built.ts";
import { assertClose, normals, onEveryBackend, tensorOf } from "../backends.ts";
import { read } from "../properties/_values.ts";

const regime = regimeOf({
  refinement: tinyRefinement({
    regime: "implicit",
    signal: { data: true, residual: false, gradient: "none" },
    implicitState: "softmax",
  }),
  family: { loss: "cross-entropy", features: 2, outputs: 3 },
  width: 8,
});

onEveryBackend("implicit() starts from probabilities, whatever training makes of their weights", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) =>
      tf.tidy(() => {
        const weights = { "initial.state": tensorOf(normals(seed, [3])[0]!) };
        const state = regime.start(weights, tf.zeros<tf.Rank.R3>([2, 4, 2]))["probabilities"]!;
        const { data } = read(state);
        assert(data.every((p) => p > 0 && p < 1), `no probabilities: ${data}`);
        assertClose("sums", read(state.sum(2)), { shape: [2, 4], data: new Float32Array(8).fill(1) }, {
          relative: 1e-6,
        });
      })),
    { numRuns: 50 },
  );
}, { backends: ["cpu"] });
