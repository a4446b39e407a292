import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import type { Weights } from "../../lib/model/weights.ts";
import { buildFor, tinyModel } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { assertClose, onEveryBackend } from "../backends.ts";
import { type Case, cases } from "../properties/_cases.ts";
import { assertCatches } from "../properties/_mutants.ts";
import { drawStep, honest, type StepData, withCase } from "../properties/_runs.ts";

const factor = 3;

const scaled = cases({ only: ({ refinement: { signal, labelScale } }) => signal.data && labelScale === factor });

/**
 * A label scale of 3 tells what three times the labels tell without it: tokens alone see it, so residuals, gradients and
 * the queries' own predictions keep their size.
 */
function labelsAreScaledInTokensAlone(by = factor): fc.IProperty<[Case]> {
  return fc.property(scaled, (c) =>
    withCase(c, honest, ({ stages, weights, ...prepared }) => {
      const data = drawStep({ stages, weights, ...prepared });
      const plain = buildFor({ ...c.refinement, labelScale: 1 }, familyOf(c.family), tinyModel).stages.regime;
      assertClose("tokens", tokensOf(stages.regime, weights, c, data), tokensOf(plain, weights, c, data, by), {
        relative: 1e-5,
      });
    }));
}

type Encodes = Pick<ReturnType<typeof buildFor>["stages"]["regime"], "encode" | "signal">;

/** Embedded tokens where the labels that are encoded, not those of the signal, are multiplied. */
function tokensOf(regime: Encodes, weights: Weights, c: Case, data: StepData, labels = 1) {
  const [x, y, queryX] = [data.x, data.y, data.queryX].map(({ shape, data }) => tf.tensor3d(data, shape as never)) as [
    tf.Tensor3D,
    tf.Tensor3D,
    tf.Tensor3D,
  ];
  const state = Object.fromEntries(
    Object.entries(data.state).map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]),
  );
  const { lengths } = data;
  const signal = regime.signal(weights, state, { x, y }, lengths);
  const batch = { x, y: y.mul<tf.Tensor3D>(labels) };
  const { embedded } = regime.encode({ weights, state, signal, batch, lengths, queryX, step: c.step });
  return { shape: embedded.shape, data: embedded.dataSync<"float32">() };
}

onEveryBackend("labelScale multiplies the labels in observation tokens and nothing else", () => {
  fc.assert(labelsAreScaledInTokensAlone(), { numRuns: 60 });
}, { backends: ["cpu"] });

onEveryBackend("that property fails for another factor", () => {
  assertCatches(labelsAreScaledInTokensAlone(1));
}, { backends: ["cpu"] });
