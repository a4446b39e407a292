import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../../lib/errors/shape_mismatch.ts";
import type { Weights } from "../../lib/model/weights.ts";
import type { Refinement } from "../../lib/regimes/settings.ts";
import {
  type LoopInput,
  refineGreedily,
  type RefinementStages,
  refineOnce,
  refineUnrolled,
  type Signal,
  type State,
  type UnrollSettings,
} from "../../lib/stages/mod.ts";
import { meanOverPrefixes } from "../../lib/stages/loss_aggregation.ts";
import { onCpu, onHosts } from "../properties/_backends.ts";
import { type Case, cases } from "../properties/_cases.ts";
import { drawLoopInput, lossOfStep } from "../properties/_loops.ts";
import { assertCatches } from "../properties/_mutants.ts";
import { honest, type Prepared, withCase } from "../properties/_runs.ts";
import { assertAllClose, type Numbers, readAll } from "../properties/_values.ts";
import { tinyRefinement } from "../_built.ts";
import { normals } from "../backends.ts";

/** A loop under test or a mutant of it. */
type Unroll = (prepared: Prepared, input: LoopInput, c: UnrollSettings) => Numbers;

const unroll: Unroll = ({ stages, family }, input, c) => {
  const loop = refineUnrolled({ ...stages, lossAggregation: meanOverPrefixes(family.loss) }, c);
  return readAll(Effect.runSync(loop(input)).gradients);
};

/** The loss by inference alone. Signals are those given, as numbers, or taken at the states. */
function lossAt(
  { stages, family }: Prepared,
  { sampled, balance }: LoopInput,
  { lossSteps }: UnrollSettings,
  weights: Weights,
  held?: readonly Signal[],
): { readonly loss: number; readonly signals: readonly Signal[] } {
  const queryX = sampled.queries.x, signals: Signal[] = [];
  let state: State = stages.regime.start(weights, queryX), loss = 0;
  for (const [step, batch] of sampled.batches.entries()) {
    const lengths = sampled.lengths[step]!;
    const signal = held?.[step] ?? stages.regime.signal(weights, state, batch, lengths);
    const input = { weights, state, signal, batch, lengths, queryX, step };
    if (lossSteps === "every" || step === sampled.batches.length - 1) {
      loss += lossOfStep(stages, family.loss, input, sampled.queries.y, balance).dataSync()[0]!;
    }
    state = stages.regime.advance(Effect.runSync(refineOnce(stages)(input)).candidates, input);
    signals.push(signal);
  }
  return { loss, signals };
}

const distance = 2e-3;

/** The gradient says what a small step along a random direction changes, with the signal held or not. */
function predictsChanges(run: Unroll, arbitrary: fc.Arbitrary<Case>, c: UnrollSettings): fc.IProperty<[Case]> {
  return fc.property(arbitrary, (found) =>
    withCase(found, honest, (prepared) => {
      const input = drawLoopInput(prepared), { weights } = prepared;
      const gradients = run(prepared, input, c);
      const { loss, signals } = lossAt(prepared, input, c, weights);
      const entries = Object.entries(weights);
      const directions = normals(found.seed, ...entries.map(([, { shape }]) => shape));
      const moved = (by: number): number => {
        const there = entries.map((
          [name, tensor],
          i,
        ) => [name, tensor.add(tf.tensor(directions[i]!.data, tensor.shape).mul(by))]);
        return lossAt(prepared, input, c, Object.fromEntries(there), c.throughSignal ? undefined : signals).loss;
      };
      const change = (moved(distance) - moved(-distance)) / (2 * distance);
      // Where halving the distance changes the answer, the loss is too curved to tell.
      const closer = (moved(distance / 2) - moved(-distance / 2)) / distance;
      let predicted = 0, squares = 0;
      entries.forEach(([name], i) =>
        gradients[name]?.data.forEach((g, j) => {
          predicted += g * directions[i]!.data[j]!;
          squares += g * g;
        })
      );
      const allowed = 0.03 * Math.sqrt(squares) + 2 * Math.abs(change - closer) +
        3e-6 * (1 + Math.abs(loss)) / distance;
      assert(Math.abs(change - predicted) <= allowed, `predicted ${predicted}, found ${change}, allowed ${allowed}`);
    }));
}

const everyStep = { throughSignal: false, lossSteps: "every" } as const;
const lastStep = { throughSignal: false, lossSteps: "last" } as const;

const descending: Partial<Refinement> = {
  regime: "descent",
  signal: { data: false, residual: false, gradient: "mean" },
  mask: "non-causal",
};

/** A few steps of descent on either loss, by either rule. */
const descents: fc.Arbitrary<Case> = fc.record({
  refinement: fc.record({
    steps: fc.integer({ min: 2, max: 3 }),
    rule: fc.constantFrom("sgd" as const, "adam" as const),
    learn: fc.constantFrom("start+rate" as const, "start" as const, "rate" as const),
  }).map(({ steps, ...descent }) => tinyRefinement({ ...descending, steps, descent: { rate: 0.1, ...descent } })),
  family: fc.constantFrom(
    { loss: "squared-error" as const, features: 2, outputs: 1 },
    { loss: "cross-entropy" as const, features: 2, outputs: 3 },
  ),
  model: fc.constant({ width: 8, layers: 1, heads: 2, feedForward: 8 }),
  tasks: fc.constant(2),
  queries: fc.constant(3),
  step: fc.constant(0),
  seed: fc.nat(),
});

const several = cases({ only: ({ refinement: { steps } }) => steps > 1 });
const parametric = cases({
  regimes: ["parametric"],
  only: ({ refinement: { steps, signal } }) => steps > 1 && (signal.residual || signal.gradient !== "none"),
});

onHosts("refineUnrolled() gives the gradient of the steps' loss with the signal held", (numRuns) => {
  fc.assert(predictsChanges(unroll, several, everyStep), { numRuns });
  fc.assert(predictsChanges(unroll, several, lastStep), { numRuns });
}, 8);

onHosts("refineUnrolled() differentiates through the signal of a linear predictor where it is told to", (numRuns) => {
  fc.assert(predictsChanges(unroll, parametric, { ...everyStep, throughSignal: true }), { numRuns });
}, 12);

onHosts("MAML of the second order has the meta-gradient that finite differences find", (numRuns) => {
  fc.assert(predictsChanges(unroll, descents, { ...lastStep, throughSignal: true }), { numRuns });
}, 40);

onHosts("MAML of the first order has the meta-gradient with inner gradients held", (numRuns) => {
  fc.assert(predictsChanges(unroll, descents, lastStep), { numRuns });
}, 40);

onCpu("those properties fail of the other order, of greedy steps, and of the wrong steps' loss", () => {
  const as = (other: Partial<UnrollSettings>): Unroll => (prepared, input, c) =>
    unroll(prepared, input, { ...c, ...other });
  const greedy: Unroll = ({ stages, family }, input) =>
    readAll(
      Effect.runSync(refineGreedily({ ...stages, lossAggregation: meanOverPrefixes(family.loss) })(input)).gradients,
    );
  assertCatches(predictsChanges(as({ throughSignal: false }), descents, { ...lastStep, throughSignal: true }));
  assertCatches(predictsChanges(as({ throughSignal: true }), descents, lastStep));
  assertCatches(predictsChanges(greedy, descents, everyStep));
  assertCatches(predictsChanges(as({ lossSteps: "every" }), descents, lastStep));
});

onHosts("refineUnrolled() of one step is refineGreedily()", (numRuns) => {
  const oneStep = fc.oneof(cases(), descents).map((c) => ({ ...c, refinement: { ...c.refinement, steps: 1 } }));
  fc.assert(
    fc.property(oneStep, fc.constantFrom(everyStep, lastStep), (c, settings) =>
      withCase(c, honest, (prepared) => {
        const input = drawLoopInput(prepared);
        const stages = { ...prepared.stages, lossAggregation: meanOverPrefixes(prepared.family.loss) };
        const [one, greedy] = [refineUnrolled(stages, settings), refineGreedily(stages)].map((loop) =>
          Effect.runSync(loop(input))
        );
        assertAllClose("losses", readAll({ all: one!.losses }), readAll({ all: greedy!.losses }));
        assertAllClose("gradients", readAll(one!.gradients), readAll(greedy!.gradients));
      })),
    { numRuns },
  );
}, 40);

const failure = new ShapeMismatch({ where: "here", expected: "[1]", found: [2], remedy: "none" });

/** A case of each regime that leaves nothing untouched: gradients by the tape for explicit, Adam's moments for descent. */
const kinds: Readonly<Record<string, Partial<Refinement>>> = {
  parametric: { signal: { data: true, residual: true, gradient: "prefix-mean" }, history: 1 },
  explicit: { regime: "explicit", signal: { data: true, residual: true, gradient: "prefix-mean" } },
  implicit: { regime: "implicit", signal: { data: true, residual: false, gradient: "none" } },
  descent: { ...descending, descent: { rule: "adam", rate: 0.1, learn: "start+rate" } },
};

for (const [name, kind] of Object.entries(kinds)) {
  const found: Case = {
    refinement: tinyRefinement({ ...kind, steps: 3 }),
    family: { loss: "squared-error", features: 2, outputs: 1 },
    model: { width: 8, layers: 1, heads: 2, feedForward: 8 },
    ...{ tasks: 2, queries: 3, step: 0, seed: 5 },
  };

  onHosts(
    `refineUnrolled() leaves its gradients and losses and nothing else, whichever step fails: ${name}`,
    () =>
      withCase(found, honest, (prepared) => {
        const input = drawLoopInput(prepared);
        const loopOf = (stages: RefinementStages) =>
          refineUnrolled({ ...stages, lossAggregation: meanOverPrefixes("squared-error") }, everyStep);
        return inSync(() => {
          const { gradients, losses } = Effect.runSync(loopOf(prepared.stages)(input));
          assertEquals(Object.keys(gradients).sort(), Object.keys(prepared.weights).sort());
          assertEquals(losses.shape[0], 3);
          tf.dispose([gradients as tf.NamedTensorMap, losses]);
          for (const failing of [0, 1, 2]) {
            let step = 0;
            const masking: RefinementStages["masking"] = (tokens) =>
              step++ === failing ? Effect.fail(failure) : prepared.stages.masking(tokens);
            assertStrictEquals(Effect.runSync(Effect.flip(loopOf({ ...prepared.stages, masking })(input))), failure);
          }
        });
      }),
    4,
  );
}

/** Counts tensors around synchronous work. */
function inSync(run: () => void): void {
  const before = [tf.memory().numTensors, tf.memory().numDataBuffers];
  run();
  assertEquals([tf.memory().numTensors, tf.memory().numDataBuffers], before);
}
