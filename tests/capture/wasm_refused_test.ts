import { assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { hooksOf, wrapKernels } from "../../lib/capture/wasm/hooks.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import type { BuiltPipeline } from "../../lib/training/pipeline.ts";
import { buildFor, tinyConfig, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";
import { assertAllSame } from "../properties/_values.ts";
import { trained } from "./_trained.ts";

const onWasm = { backends: ["wasm"], kernels: registerKernels } as const;

/** A pipeline whose losses are told times a number that counts up: nothing that a recording could stand for. */
function counting(built: BuiltPipeline): BuiltPipeline {
  let count = 0;
  const { detachedStateLoop } = built.stages;
  return {
    ...built,
    stages: {
      ...built.stages,
      detachedStateLoop: (input) =>
        Effect.map(detachedStateLoop(input), ({ gradients, losses }) => {
          const counted = losses.mul<tf.Tensor2D>(++count);
          losses.dispose();
          return { gradients, losses: counted };
        }),
    },
  };
}

onEveryBackend("makeReplay() says once why a loop cannot be replayed, and the loop runs on", async () => {
  const config = tinyConfig(tinyRefinement(), { shards: 2, iterations: 6, balanced: false });
  const built = buildFor(config, familyOf({ loss: "squared-error", features: 3, outputs: 1 }));
  await assertNoLeak(async () => {
    const plain = await trained(built, config, { iterations: 6, replays: false });
    const counted = await trained(counting(built), config, { iterations: 6, replays: true });
    assertEquals([counted.refused.length, counted.recordings], [1, 0]);
    assertStringIncludes(counted.refused[0]!.message, "Multiply, input b []: its constant numbers change");
    assertAllSame("weights", counted.weights, plain.weights);
  });
}, onWasm);

onEveryBackend("hooksOf() finds tfjs's private parts as they are in 4.22.0", () => {
  const backend = tf.backend() as BackendWasm, hooks = hooksOf(backend);
  assertEquals(hooksOf(backend), hooks);
  const made: number[][] = [], kernels: string[] = [];
  const write = (...[values, shape, dtype]: Parameters<typeof hooks.write>) => {
    made.push(shape);
    return hooks.write(values, shape, dtype);
  };
  tf.tidy(() =>
    wrapKernels(
      (call, proceed) => (kernels.push(call.kernel), proceed()),
      () => hooks.intervene({ write }, () => tf.ones([2, 3]).transpose().square()),
    )
  );
  assertEquals([made, kernels], [[[2, 3], [3, 2], [3, 2]], ["Transpose", "Square"]]);
  const address = hooks.allocate(256), before = backend.numDataIds();
  assertNotEquals(address, 0);
  const placed = hooks.place([4], "float32", address);
  assertEquals([hooks.address(placed), backend.numDataIds()], [address, before + 1]);
  const held = hooks.intervene({ holds: true }, () => backend.disposeData(placed));
  assertEquals([held, backend.numDataIds()], [false, before + 1]);
  hooks.forget(placed);
  hooks.free(address);
  assertEquals([backend.numDataIds(), hooks.alive()], [before, true]);
}, onWasm);
