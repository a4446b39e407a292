import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import { evaluate, freeRunningOrder, violatedEdgesMetric } from "../../../lib/evaluation/mod.ts";
import type { RefinementStages, Regime } from "../../../lib/stages/mod.ts";
import { initialWeights, resolveConfig } from "../../../lib/training/mod.ts";
import topologicalOrder from "../../../pipelines/topological_order.ts";
import { assertNoLeak } from "../../backends.ts";

/** A model that takes the mean of a node's samples, times the number of batches, for its leaf logit. */
const meansAreLogits: RefinementStages = (() => {
  const regime: Partial<Regime> = {
    start: (_weights, queryX) => ({ logits: tf.zeros(queryX.shape) }),
    signal: () => ({}),
    advance: (candidates) => ({ logits: candidates["logits"]!.squeeze([1]) }),
    asCandidates: ({ logits }) => ({ logits: logits!.expandDims(1) }),
    predict: (_weights, { logits }) => logits as tf.Tensor4D,
  };
  return {
    regime: regime as Regime,
    tokenEncoding: (input) => Effect.succeed({ input } as never),
    masking: (tokens) => Effect.succeed(tokens as never),
    forward: ({ input }) => {
      const means = input.batch.x.mean(1, true).add(input.state["logits"]!);
      return Effect.succeed({ input, candidates: { logits: means.expandDims(1) }, predictions: means as never });
    },
  };
})();

Deno.test("freeRunningOrder() takes the top node away as the last one, again and again, and tells how sure it was", async () => {
  await tf.setBackend("cpu");
  const batches = [{ tasks: 2, count: 1, nodes: 3, rows: [0, 2, 1, 5, 3, 4] }, {
    tasks: 2,
    count: 2,
    nodes: 3,
    rows: new Float32Array(12),
  }];
  const found = await assertNoLeak(() =>
    Effect.runPromise(freeRunningOrder({ stages: meansAreLogits, weights: {}, batches }))
  );
  assertEquals(found.map(({ order }) => [...order]), [[0, 2, 1], [1, 2, 0]]);
  const e = Math.E;
  assertEquals(found[0]!.confidence[0], 1);
  assertAlmostEquals(found[0]!.confidence[1]!, e / (e + 1), 1e-5); // of 0 and 1, after 2 was taken
  assertAlmostEquals(found[0]!.confidence[2]!, e ** 2 / (e ** 2 + e + 1), 1e-5);
});

Deno.test("topological-order evaluates leaf errors and violated edges on every setting, beside its baselines", async () => {
  await tf.setBackend("cpu");
  const set = [
    "task.nodes=[3]",
    "evaluationNodes=[3]",
    "observations=12",
    "steps=1",
    "model.width=4",
    "model.layers=1",
    "model.heads=1",
    "evaluation.tasks=4",
    "evaluation.queries=2",
    "evaluation.steps=2",
  ];
  for (const tokens of ["pairs", "samples"]) {
    const { config } = Effect.runSync(resolveConfig(topologicalOrder, { set: [...set, `tokens=${tokens}`] }));
    const built = topologicalOrder.build(config);
    await assertNoLeak(async () => {
      const weights = initialWeights(built, 0);
      const { results, metrics } = await Effect.runPromise(
        evaluate({ pipeline: "topological-order", built, config, weights, seed: 0 }),
      );
      assertEquals(metrics.map(({ name }) => name), ["leaf error", violatedEdgesMetric.name]);
      const places = ["in", "lin-in-3", "lin-out-3", "rff-in-3", "rff-out-3"];
      assertEquals([...new Set(results.map(({ distribution }) => distribution))].sort(), places.sort());
      for (const place of places) {
        for (const { name } of metrics) {
          const rows = results.filter((r) => r.distribution === place && r.metric === name);
          const methods = rows.map(({ method }) => method);
          for (const expected of ["model", "chance", "R², largest first", "one step on all observations"]) {
            assert(methods.includes(expected), `${place}, ${name}: ${methods}`);
          }
          assertEquals(methods.includes("DirectLiNGAM"), place.startsWith("lin-out"));
          for (const { steps } of rows) {
            assert(steps.every(({ mean }) => mean >= 0 && mean <= 1));
            assertEquals(steps.at(-1)!.step, 2);
          }
        }
      }
      tf.dispose(weights as tf.NamedTensorMap);
    });
  }
});

Deno.test("freeRunningOrder() of pooled tasks goes by the mean of their log-probabilities", async () => {
  await tf.setBackend("cpu");
  // Alone the first says 0 by a little, the second 1 by a lot: together they say 1.
  const batches = [{ tasks: 2, count: 1, nodes: 3, rows: [2, 1, 0, 0, 4, 0] }];
  const found = await assertNoLeak(() =>
    Effect.runPromise(freeRunningOrder({ stages: meansAreLogits, weights: {}, batches, pooled: true }))
  );
  assertEquals(found.map(({ order }) => [...order]), [[2, 0, 1], [2, 0, 1]]);
  assertAlmostEquals(found[0]!.confidence[2]!, 1 / (1 + Math.exp(-1.5) + Math.exp(-2.5)), 1e-5); // of 1, 2.5, 0
});
