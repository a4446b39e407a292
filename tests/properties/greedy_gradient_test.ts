import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import type { Weights } from "../../lib/model/weights.ts";
import { inferStep, type LoopInput } from "../../lib/stages/detached_state_loop.ts";
import type { State } from "../../lib/stages/regime.ts";
import { onCpu, onHosts } from "./_backends.ts";
import { type Case, cases } from "./_cases.ts";
import { drawLoopInput, honestLoop, type Loop, lossOfStep, undetached } from "./_loops.ts";
import { assertCatches } from "./_mutants.ts";
import { honest, type Mutant, mutateRegime, type Prepared, withCase } from "./_runs.ts";
import { assertAllClose, assertSame, mapNumbers, type Numbers, read, readAll, tensorsOf } from "./_values.ts";

/** (f) The loop's gradient is the sum over the steps of each step's own, its state and signal held constant. */
function totalIsSumOfSteps(loop: Loop, arbitrary = cases()): fc.IProperty<[Case]> {
  return fc.property(arbitrary, (c) =>
    withCase(c, honest, (prepared) => {
      const input = drawLoopInput(prepared);
      const { gradients } = loop(prepared, input);
      const expected = sumOfSteps(prepared, input);
      const scale = Math.max(...Object.values(expected).flatMap(({ data }) => [...data].map(Math.abs)));
      const bySize = (numbers: Numbers): Numbers =>
        mapNumbers(numbers, ({ shape, data }) => ({ shape, data: data.map((x) => x / scale) }));
      assertAllClose("gradient", bySize(withZeros(readAll(gradients), expected)), bySize(expected));
    }));
}

/** States by inference; then one plain tape per step over weights, with everything else as numbers. */
function sumOfSteps(prepared: Prepared, { weights, sampled, balance }: LoopInput): Numbers {
  const { stages, built, family } = prepared;
  const names = Object.keys(weights), queryX = sampled.queries.x;
  const infer = inferStep(stages);
  let state = stages.regime.start(weights, queryX);
  let sum = names.map((name) => tf.zerosLike(weights[name]!));
  for (const [step, batch] of sampled.batches.entries()) {
    const lengths = sampled.lengths[step]!;
    const held: State = tensorsOf(readAll(state));
    const signal = tensorsOf(readAll(built.stages.regime.signal(weights, held, batch, lengths)));
    const gradients = tf.grads((...current) => {
      const here: Weights = Object.fromEntries(names.map((name, i) => [name, current[i]!]));
      const from = step === 0 ? stages.regime.start(here, queryX) : held;
      const input = { weights: here, state: from, signal, batch, lengths, queryX, step };
      const used = lossOfStep(stages, family.loss, input, sampled.queries.y, balance);
      // Gradients are asked of every weight, and tfjs refuses those that the loss does not depend on.
      return current.reduce<tf.Tensor>((loss, weight) => loss.add(weight.sum().mul(0)), used);
    })(names.map((name) => weights[name]!));
    sum = sum.map((before, i) => before.add(gradients[i]!));
    const inferred = Effect.runSync(infer({ weights, state, batch, lengths, queryX, step }));
    tf.dispose(inferred.candidates as tf.NamedTensorMap);
    state = inferred.state;
  }
  return Object.fromEntries(names.map((name, i) => [name, read(sum[i]!)]));
}

function withZeros(numbers: Numbers, like: Numbers): Numbers {
  return Object.fromEntries(
    Object.entries(like).map(([name, { shape, data }]) => [name, numbers[name] ?? { shape, data: data.map(() => 0) }]),
  );
}

/** (f) Only step 0 trains the initial state: its gradient is that of a loop that ends after step 0. */
function onlyStartTrainsInitialState(loop: Loop, arbitrary = severalSteps): fc.IProperty<[Case]> {
  return fc.property(arbitrary, (c) =>
    withCase(c, honest, (prepared) => {
      const input = drawLoopInput(prepared);
      const first = { ...input, sampled: { ...input.sampled, batches: input.sampled.batches.slice(0, 1) } };
      const [all, one] = [loop(prepared, input), loop(prepared, first)].map(({ gradients }) =>
        read(gradients["initial.state"]!)
      );
      assertSame("initial.state", all!, one!);
    }));
}

const severalSteps = cases({ only: (c) => c.refinement.steps > 1 });

/** The loop around a changed regime. */
function loopAround(mutant: Mutant): Loop {
  return (prepared, input) => honestLoop({ ...prepared, stages: mutant(prepared.stages, prepared) }, input);
}

/** Every step's tokens also read the learned initial state. */
const readsInitialState = mutateRegime(({ encode }) => ({
  encode: (input) => {
    const { embedded, layout } = encode(input);
    return { embedded: embedded.mul<tf.Tensor3D>(input.weights["initial.state"]!.sum().add(1)), layout };
  },
}));

/** The signal is taken inside the tape, so that gradients flow through it. */
const throughSignal = mutateRegime(({ encode, signal }) => ({
  encode: (input) => encode({ ...input, signal: signal(input.weights, input.state, input.batch, input.lengths) }),
}));

/** The last step's gradient is lost. */
const lastStepLost: Loop = (prepared, input) =>
  honestLoop(prepared, { ...input, sampled: { ...input.sampled, batches: input.sampled.batches.slice(0, -1) } });

const withResidual = cases({
  regimes: ["parametric"],
  only: ({ refinement: { signal } }) => signal.residual && signal.gradient === "none",
});

onHosts("refineGreedily() adds up each step's gradient with the state held constant", (numRuns) => {
  fc.assert(totalIsSumOfSteps(honestLoop), { numRuns });
}, 40);

onCpu("that property fails when gradients cross steps, pass the signal, or miss a step", () => {
  assertCatches(totalIsSumOfSteps(undetached, severalSteps));
  assertCatches(totalIsSumOfSteps(loopAround(throughSignal), withResidual));
  assertCatches(totalIsSumOfSteps(lastStepLost, severalSteps));
});

onHosts("refineGreedily() trains the initial state by step 0 alone", (numRuns) => {
  fc.assert(onlyStartTrainsInitialState(honestLoop), { numRuns });
}, 40);

onCpu("that property fails when later steps reach the initial state", () => {
  assertCatches(onlyStartTrainsInitialState(undetached));
  assertCatches(onlyStartTrainsInitialState(loopAround(readsInitialState)));
});
