import fc from "fast-check";
import { assert } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { regimeOf } from "../../lib/regimes/regime_of.ts";
import { keyFor } from "../../lib/random/mod.ts";
import { tinyRefinement } from "../_built.ts";
import { assertClose, normals, onEveryBackend, tensorOf } from "../backends.ts";
import { assertAllSame, read, readAll } from "../properties/_values.ts";

const settings = tinyRefinement({
  regime: "implicit",
  signal: { data: true, residual: false, gradient: "none" },
  implicitState: "softmax",
});
const family = { loss: "cross-entropy", features: 2, outputs: 3 } as const;
const regime = regimeOf({ refinement: settings, family, width: 8 });

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

onEveryBackend(
  "tiedDecoder starts each output's column along its label's row of the encoder, so many units long",
  () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(0.5, 2), (seed, length) =>
        tf.tidy(() => {
          const initial = (tiedDecoder: number) =>
            regimeOf({ refinement: { ...settings, tiedDecoder }, family, width: 8 }).init(
              keyFor(seed, "initialisation", 0),
            );
          const { "decoder.weight": tied, ...others } = initial(length);
          const { "decoder.weight": _, ...plain } = initial(0);
          assertAllSame("other weights", readAll(others), readAll(plain));
          const rows = others["encoder.observation.weight"]!.slice([family.features, 0], [-1, -1]);
          const { data } = read(rows);
          const norms = Array.from(
            { length: family.outputs },
            (_, c) => Math.hypot(...data.subarray(8 * c, 8 * (c + 1))),
          );
          const expected = Float32Array.from({ length: 8 * family.outputs }, (_, i) => {
            const label = i % family.outputs, at = Math.floor(i / family.outputs);
            return length * data[8 * label + at]! / norms[label]!;
          });
          assertClose("decoder", read(tied!), { shape: [8, family.outputs], data: expected }, { relative: 1e-5 });
        })),
      { numRuns: 30 },
    );
  },
  { backends: ["cpu"] },
);
