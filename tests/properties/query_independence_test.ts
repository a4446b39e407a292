import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { uniforms, type Values } from "../backends.ts";
import { onCpu, onHosts } from "./_backends.ts";
import { type Case, cases } from "./_cases.ts";
import { assertCatches } from "./_mutants.ts";
import {
  drawLengths,
  drawStep,
  honest,
  maskNothing,
  type Mutant,
  mutateRegime,
  type Outcome,
  outcome,
  type StepData,
  withCase,
} from "./_runs.ts";
import { assertAllClose, mapNumbers, type Numbers, range, rows } from "./_values.ts";

/** (c) A query's output stays when others are added, removed, changed or permuted. */
function othersNeverMatter(mutant: Mutant, arbitrary = cases()): fc.IProperty<[Case, number, number]> {
  return fc.property(arbitrary, fc.nat(), fc.nat(3), (c, seed, added) =>
    withCase(c, mutant, (prepared) => {
      const data = drawStep(prepared), strangers = drawStep(prepared, 1);
      const pool = joined(c, data, strangers);
      // Of the first `queries` of the pool, which are ours, some; of the rest, which are strangers, some; shuffled.
      const next = uniforms(seed);
      const [kept, ...rest] = shuffled(range(c.queries), next);
      const mine = [kept!, ...rest.filter(() => next() < 0.5)];
      const order = shuffled([...mine, ...range(Math.min(added, c.queries)).map((i) => c.queries + i)], next);
      const before = outcome(prepared, data), after = outcome(prepared, chosen(c, pool, order));
      const places = mine.map((query) => order.indexOf(query));
      const implicit = c.refinement.regime === "implicit";
      assertAllClose("queries", queriesOf(after, places, implicit), queriesOf(before, mine, implicit));
    }));
}

/** Both sets of queries, one after the other; mini-batch and task states are those of `data`. */
function joined(c: Case, data: StepData, strangers: StepData): StepData {
  const both = (a: Values, b: Values): Values => concatQueries(a, b);
  const lengths = data.lengths instanceof Int32Array
    ? concatLengths(c, data.lengths, drawLengths(c, 1) as Int32Array)
    : data.lengths;
  const state = c.refinement.regime === "implicit"
    ? Object.fromEntries(Object.entries(data.state).map(([name, a]) => [name, both(a, strangers.state[name]!)]))
    : data.state;
  return { ...data, queryX: both(data.queryX, strangers.queryX), state, lengths };
}

function chosen(c: Case, pool: StepData, order: readonly number[]): StepData {
  const { lengths } = pool;
  return {
    ...pool,
    queryX: rows(pool.queryX, 1, order),
    state: c.refinement.regime === "implicit" ? mapNumbers(pool.state, (values) => rows(values, 1, order)) : pool.state,
    lengths: lengths instanceof Int32Array
      ? Int32Array.from(range(c.tasks).flatMap((task) => order.map((query) => lengths[task * 2 * c.queries + query]!)))
      : lengths,
  };
}

function concatQueries(a: Values, b: Values): Values {
  return tf.tidy(() => {
    const both = [a, b].map(({ shape, data }) => tf.tensor(data, [...shape]));
    const all = tf.concat(both, 1);
    return { shape: all.shape, data: Float32Array.from(all.dataSync()) } as unknown as tf.TensorContainer;
  }) as unknown as Values;
}

function concatLengths({ tasks, queries }: Case, a: Int32Array, b: Int32Array): Int32Array {
  const row = (of: Int32Array, task: number): number[] => [...of.subarray(task * queries, (task + 1) * queries)];
  return Int32Array.from(range(tasks).flatMap((task) => [...row(a, task), ...row(b, task)]));
}

/** Predictions of these queries with, where the state belongs to a query, their states; else the task's states whole. */
function queriesOf({ candidates, predictions, next }: Outcome, places: readonly number[], implicit: boolean): Numbers {
  const prefixed = implicit ? mapNumbers(candidates, (values) => rows(values, 2, places)) : candidates;
  const states = implicit ? mapNumbers(next, (values) => rows(values, 1, places)) : next;
  const named = Object.fromEntries(Object.entries(states).map(([name, values]) => [`next ${name}`, values]));
  return { ...prefixed, ...named, predictions: rows(predictions, 2, places) };
}

function shuffled<T>(items: readonly T[], next: () => number): T[] {
  return items.map((item) => [next(), item] as const).sort(([a], [b]) => a - b).map(([, item]) => item);
}

/** Predictions relative to the mean over all queries. */
const centred = mutateRegime(({ predict }) => ({
  predict: (...at) => {
    const predictions = predict(...at);
    return predictions.sub(predictions.mean(2, true));
  },
}));

/** A task state that the queries' inputs leak into. */
const seesQueries = mutateRegime(({ encode }) => ({
  encode: (input) => {
    const { embedded, layout } = encode(input);
    return { embedded: embedded.mul<tf.Tensor3D>(input.queryX.mean()), layout };
  },
}));

onHosts("refinement keeps a query's output whatever other queries there are", (numRuns) => {
  fc.assert(othersNeverMatter(honest), { numRuns });
});

onCpu("that property fails when queries see each other, in masks, states or predictions", () => {
  assertCatches(othersNeverMatter(maskNothing, cases({ regimes: ["implicit"] })));
  assertCatches(othersNeverMatter(seesQueries, cases({ regimes: ["parametric", "explicit"] })));
  assertCatches(othersNeverMatter(centred));
});
