import { AssertionError } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import { refineGreedily, type RefinementStages } from "../../lib/stages/detached_state_loop.ts";
import { meanOverPrefixes } from "../../lib/stages/loss_aggregation.ts";
import type { SampledTasks } from "../../lib/stages/task_sampling.ts";
import { onCpu, onHosts } from "./_backends.ts";
import { type Case, cases } from "./_cases.ts";
import { drawLoopInput } from "./_loops.ts";
import { assertCatches } from "./_mutants.ts";
import { honest, type Prepared, withCase, withRegime } from "./_runs.ts";
import { assertAllSame, type Numbers, read, readAll } from "./_values.ts";

/** Stages that may be told the queries' labels, as they never should. */
type MayPeek = (prepared: Prepared, sampled: SampledTasks) => RefinementStages;

/** (h) The queries' labels enter the loss and nothing else. */
function labelsEnterTheLossAlone(peek: MayPeek = ({ stages }) => stages): fc.IProperty<[Case]> {
  return fc.property(cases(), (c) =>
    withCase(c, honest, (prepared) => {
      const input = drawLoopInput(prepared);
      const { queries } = input.sampled;
      const changed = { ...input.sampled, queries: { x: queries.x, y: otherLabels(prepared, queries.y) } };
      const before = observed(peek(prepared, input.sampled), prepared, input);
      const after = observed(peek(prepared, changed), prepared, { ...input, sampled: changed });
      after.steps.forEach((step, k) => assertAllSame(`step ${k}`, step, before.steps[k]!));
      if (after.losses.every((loss, i) => loss === before.losses[i])) {
        throw new AssertionError(`other labels, the same losses ${after.losses}`);
      }
    }));
}

/** Another number, or the next class. */
function otherLabels({ family }: Prepared, y: tf.Tensor3D): tf.Tensor3D {
  if (family.loss === "squared-error") return y.add(1);
  return tf.concat([y.slice([0, 0, 1]), y.slice([0, 0, 0], [-1, -1, 1])], 2);
}

/** The candidates and predictions of every step as loss aggregation sees them, the states they start from, and losses. */
function observed(
  stages: RefinementStages,
  { family }: Prepared,
  input: Parameters<ReturnType<typeof refineGreedily>>[0],
): { readonly steps: readonly Numbers[]; readonly losses: Float32Array } {
  const aggregate = meanOverPrefixes(family.loss);
  const steps: Numbers[] = [];
  const loop = refineGreedily({
    ...stages,
    lossAggregation: (given) => {
      const { candidates, predictions, input: { state } } = given.refined;
      const from = Object.fromEntries(Object.entries(state).map(([name, tensor]) => [`from ${name}`, tensor]));
      steps.push(readAll({ ...candidates, ...from, predictions }));
      return aggregate(given);
    },
  });
  return { steps, losses: read(Effect.runSync(loop(input)).losses).data };
}

/** Tokens that hold what the queries' answers sum to. */
const encoderPeeks: MayPeek = (prepared, { queries }) =>
  withRegime(prepared, ({ encode }) => ({
    encode: (input) => {
      const { embedded, layout } = encode(input);
      return { embedded: embedded.mul<tf.Tensor3D>(weighted(queries.y).add(1)), layout };
    },
  })).stages;

/** A next state that is moved towards the answers. */
const advancePeeks: MayPeek = (prepared, { queries }) =>
  withRegime(prepared, ({ advance }) => ({
    advance: (...at) =>
      Object.fromEntries(
        Object.entries(advance(...at)).map(([name, tensor]) => [name, tensor.add(weighted(queries.y).abs())]),
      ),
  })).stages;

/** A sum that tells classes apart. */
function weighted(y: tf.Tensor3D): tf.Tensor {
  return y.mul(tf.range(1, y.shape[2] + 1)).mean();
}

onHosts("refineGreedily() lets the queries' labels change losses, and no state or prediction", (numRuns) => {
  fc.assert(labelsEnterTheLossAlone(), { numRuns });
}, 40);

onCpu("that property fails when an encoder or a state peeks at labels", () => {
  assertCatches(labelsEnterTheLossAlone(encoderPeeks));
  assertCatches(labelsEnterTheLossAlone(advancePeeks));
});
