import { assertEquals } from "@std/assert";
import { Effect } from "effect";
import generation from "../../pipelines/gmm.ts";
import linearRegression from "../../pipelines/linear_regression.ts";
import topologicalOrder from "../../pipelines/topological_order.ts";
import { type CommonConfig, type Pipeline, resolveConfig } from "../../lib/training/mod.ts";

function refuses(pipeline: unknown, set: readonly string[]): boolean {
  const resolved = resolveConfig(pipeline as Pipeline<CommonConfig>, { set });
  return Effect.runSync(Effect.match(resolved, { onFailure: () => true, onSuccess: () => false }));
}

Deno.test("pipelines accept every preset and refuse settings that nothing of theirs reads", () => {
  for (
    const [pipeline, unread] of [
      [generation, ["labelScale=6", "aggregate=mean", "queriesAttendSelf=false", "latent=8"]],
      [topologicalOrder, ["labelScale=6", "stateTokens=2", "lossSteps=last", "model.tiedOutput=1"]],
    ] as const
  ) {
    for (const preset of Object.keys(pipeline.presets)) {
      Effect.runSync(resolveConfig(pipeline as unknown as Pipeline<CommonConfig>, { preset }));
    }
    assertEquals(unread.filter((setting) => !refuses(pipeline, [setting])), []);
  }
  assertEquals(refuses(linearRegression, ["model.tiedAttention=2"]), false);
  const deepSet = ["regime=explicit", "aggregate=mean"];
  assertEquals([refuses(linearRegression, deepSet), refuses(linearRegression, [...deepSet, "model.tiedOutput=1"])], [
    false,
    true,
  ]);
});
