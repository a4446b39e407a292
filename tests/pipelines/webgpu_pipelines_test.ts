import { assertEquals } from "@std/assert";
import { Effect } from "effect";
import { openDevice } from "../../lib/device/mod.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { deviceIterations, hostIterations, localGradients, makeReplay } from "../../lib/training/mod.ts";
import { disposeTrainingState, initialTrainingState, type Pipeline, resolveConfig } from "../../lib/training/mod.ts";
import alphabets from "../../pipelines/alphabets.ts";
import gmm from "../../pipelines/gmm.ts";
import linearRegression from "../../pipelines/linear_regression.ts";
import topologicalOrder from "../../pipelines/topological_order.ts";
import { assertClose, ignoreWebgpu } from "../backends.ts";

const tiny = [
  "steps=2",
  "observations=4",
  "model.width=8",
  "model.layers=1",
  "model.heads=2",
  "model.feedForward=8",
  "training.tasks=2",
  "training.shards=1",
];

/** Pipelines that draw their tasks without data, and settings that go other ways through the model. */
const all: readonly (readonly [title: string, pipeline: Pipeline, set: readonly string[]])[] = [
  ["linear-regression", linearRegression as unknown as Pipeline, []],
  ["gmm", gmm as unknown as Pipeline, ["training.queries=4", "task.clusters=[1,3]"]],
  ["alphabets", alphabets as unknown as Pipeline, ["training.queries=4"]],
  ["topological-order", topologicalOrder as unknown as Pipeline, ["task.nodes=[3]"]],
  ["topological-order by samples", topologicalOrder as unknown as Pipeline, ["task.nodes=[3]", "tokens=samples"]],
];

/** Mean losses of each step of a few iterations on a device, and why they were not replayed. */
function lossesOn(device: "webgpu" | "wasm", pipeline: Pipeline, set: readonly string[]) {
  return Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    yield* openDevice(device, { kernels: registerKernels });
    const { config } = yield* resolveConfig(pipeline, { set: [...tiny, ...set] }), built = pipeline.build(config);
    const refused: string[] = [], losses: number[] = [];
    const replay = yield* makeReplay(({ message }) => Effect.sync(() => void refused.push(message)));
    const { take } = device === "webgpu"
      ? yield* deviceIterations(built, config, 0, replay)
      : hostIterations(localGradients(built, config, 0, undefined, replay), config);
    let state = initialTrainingState(built, config, 0);
    for (let i = 0; i < 4; i++) {
      const taken = yield* take(state);
      losses.push(...(yield* taken.report).lossPerStep);
      state = taken.state;
    }
    disposeTrainingState(state);
    return { refused, losses, recordings: replay.recordings() };
  })));
}

for (const [title, pipeline, set] of all) {
  Deno.test({
    name: `${title} is replayed on webgpu, with the losses of wasm`,
    ignore: ignoreWebgpu,
    fn: async () => {
      const [wasm, webgpu] = [await lossesOn("wasm", pipeline, set), await lossesOn("webgpu", pipeline, set)];
      assertEquals([...wasm.refused, ...webgpu.refused], []);
      assertEquals([wasm.recordings > 0, webgpu.recordings > 0], [true, true], "nothing was recorded");
      const values = (numbers: readonly number[]) => ({ shape: [numbers.length], data: Float32Array.from(numbers) });
      assertClose("losses", values(webgpu.losses), values(wasm.losses), { relative: 1e-4 });
    },
  });
}
