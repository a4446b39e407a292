import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import { prefixMean } from "../../lib/ops/prefix_mean.ts";
import { maskCausal } from "../../lib/stages/mask_causal.ts";
import { uniforms } from "../backends.ts";
import { onCpu, onHosts } from "./_backends.ts";
import { type Case, cases } from "./_cases.ts";
import { assertCatches } from "./_mutants.ts";
import { drawStep, honest, type Mutant, mutateRegime, outcome, withCase } from "./_runs.ts";
import { assertAllClose, range, rows } from "./_values.ts";

const nonCausal = cases({ masks: ["non-causal"] });

/** (d) The order of the visible observations never matters to a non-causal model. */
function orderNeverMatters(mutant: Mutant, arbitrary = nonCausal): fc.IProperty<[Case, number]> {
  return fc.property(arbitrary, fc.nat(), (c, seed) =>
    withCase(c, mutant, (prepared) => {
      const data = drawStep(prepared), visible = data.lengths as number, { observations } = c.refinement;
      const next = uniforms(seed);
      const places = range(observations).map((i) => i < visible ? next() : i + 1);
      const order = range(observations).sort((a, b) => places[a]! - places[b]!);
      const permuted = { ...data, x: rows(data.x, 1, order), y: rows(data.y, 1, order) };
      const [before, after] = [outcome(prepared, data), outcome(prepared, permuted)];
      assertAllClose("candidates", after.candidates, before.candidates);
      assertAllClose("next", after.next, before.next);
      const { predictions } = before;
      assertAllClose("", { predictions: after.predictions }, { predictions });
    }));
}

/** A positional encoding: 0, 1, 2, … in the tokens' first number. */
const positions = mutateRegime(({ encode }) => ({
  encode: (input) => {
    const { embedded, layout } = encode(input);
    const [, count, width] = embedded.shape;
    const code = range(count * width).map((i) => i % width === 0 ? i / width : 0);
    return { embedded: embedded.add<tf.Tensor3D>(tf.tensor3d(code, [1, count, width])), layout };
  },
}));

/** Each observation's gradient token holds the mean of those so far. */
const prefixMeans = mutateRegime(({ signal }) => ({
  signal: (...at) => {
    const honestly = signal(...at);
    return { ...honestly, gradient: prefixMean(honestly["gradient"] as tf.Tensor3D) };
  },
}));

/** Earlier observations do not see later ones. */
const causalMask: Mutant = (stages) => ({
  ...stages,
  masking: (tokens) => Effect.map(maskCausal({ ...tokens, lengths: tokens.lengths }), (masked) => masked),
});

onHosts("maskNonCausal() keeps all outputs when the visible observations are permuted", (numRuns) => {
  fc.assert(orderNeverMatters(honest), { numRuns });
});

onCpu("that property fails when positions, prefix means or a causal mask bring in the order", () => {
  assertCatches(orderNeverMatters(positions));
  const perObservation = (c: Case): boolean => c.refinement.signal.gradient === "per-observation";
  assertCatches(orderNeverMatters(prefixMeans, cases({ masks: ["non-causal"], only: perObservation })));
  const twoLayers = (c: Case): boolean => c.model.layers === 2;
  assertCatches(
    orderNeverMatters(causalMask, cases({ masks: ["non-causal"], regimes: ["implicit"], only: twoLayers })),
  );
});
