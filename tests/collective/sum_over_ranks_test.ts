import fc from "fast-check";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import {
  broadcast,
  endlessPatience,
  exchangeBuffers,
  exchangeOf,
  type Patience,
  sumFloats,
  sumOverRanks,
} from "../../lib/collective/mod.ts";
import { RankLost } from "../../lib/errors/rank_lost.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { treeSum } from "../../lib/training/shards.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";

const hosts = { backends: ["cpu", "wasm"], kernels: registerKernels } as const;

/** One fiber a rank, all in this thread: whoever waits lets the others on after a turn. */
function together<A>(
  ranks: number,
  floats: number,
  run: (rank: ReturnType<typeof exchangeOf>) => Effect.Effect<A, RankLost>,
) {
  const buffers = exchangeBuffers(ranks, floats);
  const all = buffers.parts.map((_, rank) => run(exchangeOf(buffers, rank, endlessPatience)));
  return Effect.runPromise(Effect.all(all, { concurrency: "unbounded" }));
}

/** What each rank has after the sum of one tensor of each. */
async function sums(parts: readonly Float32Array[]): Promise<Float32Array[]> {
  const tensors = parts.map((part) => [tf.tensor1d(part.slice(0, 1)), tf.tensor1d(part.slice(1))]);
  await together(
    parts.length,
    sumFloats({ tensors: tensors[0]!, same: [] }),
    (exchange) => sumOverRanks(exchange, { iteration: 0, tensors: tensors[exchange.rank]!, same: [] }),
  );
  return tensors.map((pair) => {
    const values = Float32Array.from(pair.flatMap((tensor) => [...tensor.dataSync()]));
    tf.dispose(pair);
    return values;
  });
}

onEveryBackend("sumOverRanks() gives every rank the bits of treeSum()", async () => {
  await assertNoLeak(() =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 2, 4),
        fc.integer({ min: 2, max: 40 }),
        fc.infiniteStream(fc.float({ noNaN: true, min: -1e6, max: 1e6 })),
        async (ranks, size, stream) => {
          const parts = Array.from({ length: ranks }, () => Float32Array.from(stream.take(size)));
          const expected = treeSum(parts, (a, b) => a.map((x, i) => x + b[i]!));
          for (const found of await sums(parts)) assertEquals(found.map((x) => x + 0), expected.map((x) => x + 0));
        },
      ),
      { numRuns: 10 },
    )
  );
}, hosts);

onEveryBackend("sumOverRanks() adds neighbours first, where the order shows", async () => {
  const parts = [1e8, 1, -1e8, 1].map((x) => Float32Array.of(x, x)); // one after another they would give 1
  assertEquals((await sums(parts)).map((sum) => [...sum]), Array(4).fill([0, 0]));
}, hosts);

onEveryBackend("sumOverRanks() finds tensors again after the memory has grown", async () => {
  const buffers = exchangeBuffers(2, 4), held: tf.Tensor[] = [];
  const rank = (number: number) => {
    const exchange = exchangeOf(buffers, number, endlessPatience), tensor = tf.ones([3]);
    return Effect.gen(function* () {
      for (let iteration = 0; iteration < 3; iteration++) {
        yield* sumOverRanks(exchange, { iteration, tensors: [tensor], same: [] });
        if (number === 0) held.push(tf.zeros([4_000_000 * (iteration + 1)]));
      }
      return [...tensor.dataSync()];
    });
  };
  const found = await Effect.runPromise(Effect.all([rank(0), rank(1)], { concurrency: "unbounded" }));
  assertEquals(found, [[8, 8, 8], [8, 8, 8]]);
  tf.dispose(held);
}, { backends: ["wasm"], kernels: registerKernels });

onEveryBackend("sumOverRanks() refuses a rank with other weights or at another iteration", async () => {
  const far = 2 ** 24;
  for (const [iterations, weights] of [[[far, far + 1], [1, 1]], [[far, far], [1, 2]], [[far, far], [1, 1]]] as const) {
    const fails = iterations[0] !== iterations[1] || weights[0] !== weights[1];
    const found = await together(2, 3, (exchange) => {
      const [iteration, weight] = [iterations[exchange.rank]!, weights[exchange.rank]!];
      const sum = { iteration, tensors: [tf.ones([1])], same: [tf.fill([4], weight)] };
      return Effect.match(sumOverRanks(exchange, sum), { onFailure: (lost) => lost, onSuccess: () => undefined });
    });
    for (const lost of found) {
      if (fails) assertInstanceOf(lost, RankLost);
      else assertEquals(lost, undefined);
    }
  }
}, { backends: ["cpu"] });

onEveryBackend("broadcast() gives all ranks what rank 0 has, and its iteration", async () => {
  const iteration = 2 ** 24 + 1; // which no float32 holds
  const found = await together(4, 6, (exchange) => {
    const tensors = [tf.fill([2], exchange.rank + 1), tf.fill([3], 10 * (exchange.rank + 1))];
    return Effect.map(broadcast(exchange, exchange.rank === 0 ? iteration : 0, tensors), (told) => {
      const values = tensors.flatMap((tensor) => [...tensor.dataSync()]);
      tf.dispose(tensors);
      return [told, ...values];
    });
  });
  assertEquals(found, Array(4).fill([iteration, 1, 1, 10, 10, 10]));
}, hosts);

Deno.test("step() fails for who waits when a rank is lost, is silent, or ends the exchange", async () => {
  const waits = (patience: Patience, meanwhile: (buffers: ReturnType<typeof exchangeBuffers>) => void = () => {}) => {
    const buffers = exchangeBuffers(2, 1);
    meanwhile(buffers);
    return Effect.runPromise(Effect.flip(exchangeOf(buffers, 0, patience).step({ iteration: 7, read: [1, () => {}] })));
  };
  const lost = await waits({ ...endlessPatience, lost: () => ({ rank: 1, reason: "it fell over" }) });
  assertEquals([lost.rank, lost.iteration, lost.reason], [1, 7, "it fell over"]);
  assertEquals((await waits({ ...endlessPatience, silence: { ms: 1, times: 0 } })).reason, "it does not answer");
  const ended = await waits(endlessPatience, (buffers) => exchangeOf(buffers, 1, endlessPatience).end());
  assert(ended.reason.includes("ended"));
});
