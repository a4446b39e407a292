import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import { uniforms } from "../../backends.ts";
import { assertCatches } from "../../properties/_mutants.ts";
import { assertSame, type Change, dataOf, honest, type OrderCase, orderCases, permuted, predict } from "./_refine.ts";

function shuffled(count: number, seed: number): number[] {
  const next = uniforms(seed), keys = Array.from({ length: count }, next);
  return keys.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]!);
}

/** Nodes under other names get the same logits under those names. */
function namesNeverMatter(change: Change): fc.IProperty<[OrderCase, number]> {
  return fc.property(orderCases, fc.nat(), (c, seed) => {
    const data = dataOf(c), order = shuffled(c.nodes, seed);
    const renamed = {
      x: permuted(data.x, order),
      present: permuted(data.present, order),
      logits: permuted(data.logits, order),
    };
    assertSame(predict(c, renamed, change), permuted(predict(c, data, change), order));
  });
}

/** The order of samples never matters. */
function orderOfSamplesNeverMatters(change: Change): fc.IProperty<[OrderCase, number]> {
  return fc.property(orderCases, fc.nat(), (c, seed) => {
    const data = dataOf(c), order = shuffled(c.samples, seed);
    assertSame(predict(c, { ...data, x: order.map((n) => data.x[n]!) }, change), predict(c, data, change));
  });
}

/** What absent nodes hold never matters. */
function absentNodesNeverMatter(change: Change): fc.IProperty<[OrderCase, number]> {
  return fc.property(orderCases, fc.nat(), (c, seed) => {
    const data = dataOf(c), next = uniforms(seed);
    const [present] = data.present;
    const one = { ...data, present: [present!, present!] };
    const others = data.x.map((row) => row.map((value, i) => present![i] === 0 ? 3 * next() : value));
    assertSame(predict(c, { ...one, x: others }, change), predict(c, one, change));
  });
}

/** A query's logits do not depend on the other query. */
function queriesNeverMeet(change: Change): fc.IProperty<[OrderCase]> {
  return fc.property(orderCases, (c) => {
    const data = dataOf(c), [present, other] = data.present, [logits] = data.logits;
    const alone = predict(c, { ...data, present: [present!, present!], logits: [logits!, logits!] }, change)[0]!;
    const beside = predict(c, { ...data, present: [present!, other!] }, change)[0]!;
    assertSame([beside], [alone]);
  });
}

/** Samples beyond the visible ones never matter. */
function paddingNeverMatters(change: Change): fc.IProperty<[OrderCase, number]> {
  return fc.property(orderCases, fc.nat(), (c, seed) => {
    const data = dataOf(c), visible = 3 + seed % (c.samples - 3), next = uniforms(seed);
    const x = data.x.map((row, n) => n < visible ? row : row.map(() => 5 * next()));
    const expected = predict(c, data, change, visible);
    for (const lengths of [visible, Int32Array.of(visible)]) {
      assertSame(predict(c, { ...data, x }, change, lengths), expected);
    }
  });
}

/** Looks at padding too. */
const allVisible: Change = (regime) => ({
  regime: {
    ...regime,
    signal: (weights, state, batch) => regime.signal(weights, state, batch, "all"),
    decode: (hidden, tokens) => regime.decode(hidden, { ...tokens, lengths: "all" }),
  },
});

/** Adds 0, 1, 2, … to the tokens' first number. */
const placesKnown: Change = (regime) => ({
  regime: {
    ...regime,
    encode: (input) => {
      const { embedded, layout } = regime.encode(input), [, count, width] = embedded.shape;
      const code = Array.from({ length: count * width }, (_, i) => i % width === 0 ? i / width : 0);
      return { embedded: embedded.add<tf.Tensor3D>(tf.tensor3d(code, [1, count, width])), layout };
    },
  },
});

/** Earlier samples weigh more. */
const samplesWeighed: Change = (regime) => {
  const weigh = (x: tf.Tensor3D): tf.Tensor3D => {
    const n = x.shape[1];
    return x.mul(tf.tensor3d(Array.from({ length: n }, (_, i) => 1 / (1 + i)), [1, n, 1]));
  };
  return {
    regime: {
      ...regime,
      signal: (weights, state, batch, lengths) =>
        regime.signal(weights, state, { ...batch, x: weigh(batch.x) }, lengths),
      encode: (input) => regime.encode({ ...input, batch: { ...input.batch, x: weigh(input.batch.x) } }),
    },
  };
};

/** Everybody is looked at. */
const maskNothing: Change = (_regime, stages) => ({
  masking: (tokens) => Effect.map(stages.masking(tokens), (masked) => ({ ...masked, mask: tf.onesLike(masked.mask) })),
});

/** Each query is told the mean of all queries' logits. */
const queriesMix: Change = (regime) => ({
  regime: {
    ...regime,
    decode: (hidden, tokens) => {
      const { logits } = regime.decode(hidden, tokens);
      return { logits: logits!.add(logits!.mean(2, true)) };
    },
  },
});

const numRuns = 25;

Deno.test("nodePairs() and samplesNodes() are equivariant in nodes", async () => {
  await tf.setBackend("cpu");
  fc.assert(namesNeverMatter(honest), { numRuns });
  assertCatches(namesNeverMatter(placesKnown));
});

Deno.test("nodePairs() and samplesNodes() are invariant in samples", async () => {
  await tf.setBackend("cpu");
  fc.assert(orderOfSamplesNeverMatters(honest), { numRuns });
  assertCatches(orderOfSamplesNeverMatters(samplesWeighed));
});

Deno.test("maskGrid() keeps absent nodes from everybody", async () => {
  await tf.setBackend("cpu");
  fc.assert(absentNodesNeverMatter(honest), { numRuns });
  assertCatches(absentNodesNeverMatter(maskNothing));
});

Deno.test("leafRegime() keeps queries apart", async () => {
  await tf.setBackend("cpu");
  fc.assert(queriesNeverMeet(honest), { numRuns });
  assertCatches(queriesNeverMeet(queriesMix));
});

Deno.test("nodePairs() and samplesNodes() keep samples beyond the visible ones out", async () => {
  await tf.setBackend("cpu");
  fc.assert(paddingNeverMatters(honest), { numRuns });
  assertCatches(paddingNeverMatters(allVisible));
});
