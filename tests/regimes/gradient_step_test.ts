import fc from "fast-check";
import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { keyFor } from "../../lib/random/mod.ts";
import { regimeOf } from "../../lib/regimes/regime_of.ts";
import type { Refinement } from "../../lib/regimes/settings.ts";
import { tinyModel, tinyRefinement } from "../_built.ts";
import { assertClose, onEveryBackend, type Values } from "../backends.ts";
import { assertCatches } from "../properties/_mutants.ts";
import { drawStep, honest, outcome, type Prepared, withCase } from "../properties/_runs.ts";
import type { Case } from "../properties/_cases.ts";
import { drawLoopInput, lossOfStep } from "../properties/_loops.ts";

const name = "decoder.gradientStep";

function caseOf(differences: Partial<Refinement>, family: Case["family"], seed: number): Case {
  const refinement = tinyRefinement({ decoder: "span", gradientStep: 0.9, ...differences });
  return { refinement, family, model: tinyModel, tasks: 2, queries: 2, step: 1, seed };
}

const stepCases: fc.Arbitrary<Case> = fc.record({
  mask: fc.constantFrom("causal", "non-causal"),
  residual: fc.boolean(),
  family: fc.constantFrom<Case["family"]>(
    { loss: "squared-error", features: 3, outputs: 1 },
    { loss: "cross-entropy", features: 2, outputs: 3 },
  ),
  seed: fc.nat(),
}).map(({ mask, residual, family, seed }) =>
  caseOf({ mask, signal: { data: true, residual, gradient: "none" } }, family, seed)
);

/** With a decoder of zeros θ moves by g · mean of x ⊗ (y − f), or x ⊗ (one-hot − softmax), over the visible observations. */
function aSilentDecoderDescends(rate: (learned: number) => number = (learned) => learned): fc.IProperty<[Case]> {
  return fc.property(stepCases, (c) =>
    withCase(c, honest, (prepared) => {
      const silent = Object.fromEntries(
        Object.entries(prepared.weights).map(([name, tensor]) => [
          name,
          /^decoder\.(weight|bias)$/.test(name) ? tf.zerosLike(tensor) : tensor,
        ]),
      );
      const data = drawStep(prepared);
      const found = outcome({ ...prepared, weights: silent }, data).candidates["theta"]!;
      const learned = silent[name]!.dataSync()[0]!;
      assertClose("θ", found, descended(c, data, rate(learned)), { relative: 1e-5 });
    }));
}

function descended(c: Case, { x, y, state, lengths }: ReturnType<typeof drawStep>, rate: number): Values {
  const { features, outputs, loss } = c.family, { observations, mask } = c.refinement;
  const size = features * outputs, theta = state["theta"]!.data;
  const prefixes = mask === "causal" ? Array.from({ length: observations }, (_, i) => i + 1) : [lengths as number];
  const out = new Float32Array(c.tasks * prefixes.length * size);
  for (let task = 0; task < c.tasks; task++) {
    prefixes.forEach((prefix, p) => {
      for (let number = 0; number < size; number++) {
        const feature = Math.floor(number / outputs), output = number % outputs;
        let sum = 0;
        for (let i = 0; i < prefix; i++) {
          const at = task * observations + i;
          const values = Array.from({ length: outputs }, (_, o) => {
            let value = 0;
            for (let f = 0; f < features; f++) {
              value += x.data[at * features + f]! * theta[task * size + f * outputs + o]!;
            }
            return value;
          });
          const total = values.reduce((all, value) => all + Math.exp(value), 0);
          const predicted = loss === "squared-error" ? values[output]! : Math.exp(values[output]!) / total;
          sum += x.data[at * features + feature]! * (y.data[at * outputs + output]! - predicted);
        }
        out[(task * prefixes.length + p) * size + number] = theta[task * size + number]! + rate * sum / prefix;
      }
    });
  }
  return { shape: [c.tasks, prefixes.length, size], data: out };
}

onEveryBackend("regime.decode() takes a gradient step of the learned length where the span decoder is silent", () => {
  fc.assert(aSilentDecoderDescends(), { numRuns: 40 });
}, { backends: ["cpu"] });

onEveryBackend("that property fails when the length is the configured one, or has the other sign", () => {
  assertCatches(aSilentDecoderDescends(() => 0.9));
  assertCatches(aSilentDecoderDescends((learned) => -learned));
}, { backends: ["cpu"] });

/** The loss's gradient in the step's length is what a small change of the length changes. */
function lengthHasItsGradient(change: (gradient: number) => number = (gradient) => gradient): fc.IProperty<[Case]> {
  return fc.property(stepCases, (c) =>
    withCase(c, honest, (prepared) => {
      const lossAt = lossIn(prepared);
      const learned = prepared.weights[name]!;
      const found = change(tf.grad(lossAt)(learned).dataSync()[0]!);
      const distance = 1e-2;
      const [ahead, behind] = [distance, -distance].map((d) => lossAt(learned.add(d)).dataSync()[0]!) as [
        number,
        number,
      ];
      const expected = (ahead - behind) / (2 * distance);
      assertClose("gradient", scalar(found), scalar(expected), { relative: 1e-2, absolute: 1e-3 });
    }));
}

function lossIn({ c, stages, weights, family, ...prepared }: Prepared): (length: tf.Tensor) => tf.Tensor {
  const { sampled, balance } = drawLoopInput({ c, stages, weights, family, ...prepared });
  const queryX = sampled.queries.x, batch = sampled.batches[0]!, lengths = sampled.lengths[0]!;
  const state = stages.regime.start(weights, queryX);
  const signal = stages.regime.signal(weights, state, batch, lengths);
  return (length) => {
    const input = { weights: { ...weights, [name]: length }, state, signal, batch, lengths, queryX, step: 0 };
    return lossOfStep(stages, family.loss, input, sampled.queries.y, balance);
  };
}

function scalar(value: number): Values {
  return { shape: [], data: Float32Array.of(value) };
}

onEveryBackend("the learned length has the gradient that small changes of it predict", () => {
  fc.assert(lengthHasItsGradient(), { numRuns: 40 });
}, { backends: ["cpu"] });

onEveryBackend("that property fails when half of the gradient is lost", () => {
  assertCatches(lengthHasItsGradient((gradient) => gradient / 2));
}, { backends: ["cpu"] });

onEveryBackend("regimeOf() starts the length as configured, and has none where the setting is 0", () => {
  tf.tidy(() => {
    const lengthOf = (gradientStep: number): Float32Array | undefined => {
      const refinement = tinyRefinement({ decoder: "span", gradientStep });
      const regime = regimeOf({ refinement, family: { loss: "squared-error", features: 2, outputs: 1 }, width: 8 });
      return regime.init(keyFor(0, "initialisation", 0))[name]?.dataSync<"float32">();
    };
    assertEquals([lengthOf(0.5), lengthOf(0)], [Float32Array.of(0.5), undefined]);
  });
}, { backends: ["cpu"] });
