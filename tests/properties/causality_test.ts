import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import type { Lengths } from "../../lib/stages/regime.ts";
import { onCpu, onHosts } from "./_backends.ts";
import { type Case, cases } from "./_cases.ts";
import { assertCatches } from "./_mutants.ts";
import {
  drawStep,
  honest,
  maskNothing,
  type Mutant,
  mutateMask,
  mutateRegime,
  type Outcome,
  outcome,
  type Prepared,
  type StepData,
  withCase,
} from "./_runs.ts";
import { assertAllClose, assertAllSame, mapNumbers, type Numbers, pick, range, replaceWhere, rows } from "./_values.ts";

const causal = cases({ masks: ["causal"] });

/** (a) What follows observation n never changes what is decoded from the first n. */
function laterNeverMatters(mutant: Mutant, arbitrary = causal): fc.IProperty<[Case, number, number]> {
  return fc.property(
    arbitrary,
    fc.nat(),
    fc.constantFrom(1, 10, 1000),
    (c, at, scale) =>
      withCase(c, mutant, (prepared) => {
        const data = drawStep(prepared), other = drawStep(prepared, 1);
        const n = prefixAt(prepared, data, at);
        const later = (_task: number, observation: number): boolean => observation >= n;
        const isClass = prepared.family.loss === "cross-entropy";
        const changed = {
          ...data,
          x: replaceWhere(data.x, other.x, later, scale),
          y: replaceWhere(data.y, other.y, later, isClass ? 1 : scale),
        };
        const before = upTo(n, prepared, data.lengths, outcome(prepared, data));
        assertAllSame(`up to ${n}`, upTo(n, prepared, data.lengths, outcome(prepared, changed)), before);
      }),
  );
}

/** (b) It is what a run on the first n observations alone gives. */
function prefixEqualsShorterRun(mutant: Mutant, arbitrary = causal): fc.IProperty<[Case, number]> {
  return fc.property(arbitrary, fc.nat(), (c, at) =>
    withCase(c, mutant, (prepared) => {
      const data = drawStep(prepared);
      const n = prefixAt(prepared, data, at);
      const whole = upTo(n, prepared, data.lengths, outcome(prepared, data));
      const alone = outcome(prepared, firstOnly(n, data));
      assertAllClose(`up to ${n}`, upTo(n, prepared, data.lengths, alone), whole);
    }));
}

/** An n that some output sees no more than. */
function prefixAt({ c }: Prepared, { lengths }: StepData, at: number): number {
  return lengths instanceof Int32Array ? lengths[at % lengths.length]! : 1 + at % c.refinement.observations;
}

/** The outputs that may see n observations at most: the first n prefixes, or the queries with n_q ≤ n. */
function upTo(n: number, { c }: Prepared, lengths: Lengths, { candidates, predictions }: Outcome): Numbers {
  const all = { ...candidates, predictions };
  if (!(lengths instanceof Int32Array)) return mapNumbers(all, (values) => rows(values, 1, range(n)));
  return mapNumbers(all, (values) => pick(values, (task, _, query) => lengths[task! * c.queries + query!]! <= n));
}

function firstOnly(n: number, data: StepData): StepData {
  const lengths = data.lengths instanceof Int32Array ? data.lengths.map((length) => Math.min(length, n)) : data.lengths;
  return { ...data, x: rows(data.x, 1, range(n)), y: rows(data.y, 1, range(n)), lengths };
}

const inTaskState = { masks: ["causal"], regimes: ["parametric", "explicit"] } as const;
const withPrefixMeans = cases({ ...inTaskState, only: (c) => c.refinement.signal.gradient === "prefix-mean" });
const inTaskStates = cases(inTaskState);
const inQueries = cases({ masks: ["causal"], regimes: ["implicit"] });

/** Each observation's tokens also see the next observation. */
const seesOneTooMany = mutateMask(({ mask, layout: { lead, perObservation } }) => {
  const positions = mask.shape[1];
  const observationOf = (at: number): number => Math.floor((at - lead) / perObservation);
  return tf.tensor3d(
    range(positions * positions).map((i) =>
      observationOf(i % positions) <= observationOf(Math.floor(i / positions)) + 1 ? 1 : 0
    ),
    [1, positions, positions],
    "bool",
  );
});

/** Position n carries the mean gradient of all observations in place of that of the first n. */
const meanOfAll = mutateRegime(({ signal }) => ({
  signal: (...at) => {
    const honestly = signal(...at), prefixMeans = honestly["gradient"]!;
    const last = prefixMeans.slice([0, prefixMeans.shape[1]! - 1, 0], [-1, 1, -1]);
    return { ...honestly, gradient: tf.zerosLike(prefixMeans).add(last) };
  },
}));

/** Queries see the whole mini-batch, whatever their own n says. */
const lengthsIgnored: Mutant = (stages) => ({
  ...stages,
  masking: (tokens) => stages.masking({ ...tokens, lengths: "all" }),
});

/** Tokens that depend on how many observations there are. */
const scaledByCount: Mutant = (stages) => ({
  ...stages,
  tokenEncoding: (input) =>
    Effect.map(stages.tokenEncoding(input), (tokens) => ({
      ...tokens,
      embedded: tokens.embedded.mul<tf.Tensor3D>(tokens.layout.observations),
    })),
});

onHosts("maskCausal() keeps output n, bit for bit, whatever follows n", (numRuns) => {
  fc.assert(laterNeverMatters(honest), { numRuns });
});

onCpu("that property fails when positions see too much, or are told of it", () => {
  assertCatches(laterNeverMatters(maskNothing));
  assertCatches(laterNeverMatters(seesOneTooMany, inTaskStates));
  assertCatches(laterNeverMatters(meanOfAll, withPrefixMeans));
  assertCatches(laterNeverMatters(lengthsIgnored, inQueries));
});

onHosts("maskCausal() gives at n what the first n observations alone give", (numRuns) => {
  fc.assert(prefixEqualsShorterRun(honest), { numRuns });
});

onCpu("that property fails when positions see too much, or the count enters", () => {
  assertCatches(prefixEqualsShorterRun(seesOneTooMany, inTaskStates));
  assertCatches(prefixEqualsShorterRun(lengthsIgnored, inQueries));
  assertCatches(prefixEqualsShorterRun(scaledByCount));
});
