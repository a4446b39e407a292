import { assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { openDevice } from "../../lib/device/mod.ts";
import { currentGpu } from "../../lib/device/webgpu_tensors.ts";
import { ShaderFailed } from "../../lib/errors/shader_failed.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { TakesTurns } from "../../lib/stages/turns.ts";
import { deviceIterations } from "../../lib/training/device_iterations.ts";
import type { BuiltPipeline } from "../../lib/training/pipeline.ts";
import { makeReplay } from "../../lib/training/replay.ts";
import { train, type TrainingEvent } from "../../lib/training/train.ts";
import { initialTrainingState } from "../../lib/training/training_state.ts";
import { buildFor, tinyConfig, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { ignoreWebgpu } from "../backends.ts";
import { type FailingGpu, failingGpu } from "../device/_failing_gpu.ts";
import { inFolder } from "../files/_folder.ts";

const iterations = 8;
const often = { logEvery: 1, checkpointEvery: 4, validateEvery: 8, validationTasks: 2 };
const config = tinyConfig(tinyRefinement(), { tasks: 2, iterations, ...often });
const plain = buildFor(config, familyOf({ loss: "squared-error", features: 3, outputs: 1 }));

/** How a training on a GPU that may fail went. */
interface Course {
  readonly gpu: FailingGpu;
  readonly built: BuiltPipeline;
  readonly replays: boolean;
  readonly onRefused: (message: string) => void;
  readonly onEvent: (event: TrainingEvent) => void;
}

/** Trains in a folder, and answers the weights. */
function trainIn(folder: string, course: Partial<Course> = {}) {
  const { gpu = failingGpu(), built = plain, replays = true, onRefused = () => {}, onEvent = () => {} } = course;
  return Effect.scoped(Effect.gen(function* () {
    yield* openDevice("webgpu", { kernels: registerKernels, gpu: gpu.source });
    const replay = replays ? yield* makeReplay(({ message }) => Effect.sync(() => onRefused(message))) : undefined;
    const { weights } = yield* train({
      built,
      config,
      seed: 1,
      folder,
      metadata: {},
      iterations: yield* deviceIterations(built, config, 1, replay),
      onEvent: (event) => Effect.sync(() => onEvent(event)),
    }, initialTrainingState(built, config, 1));
    return yield* Effect.promise(() => Promise.all(Object.values(weights).map((tensor) => tensor.data())));
  }));
}

/** A pipeline that tells when its loop is run for a recording. */
function tellingRecordings(onRecording: () => void): BuiltPipeline {
  const { detachedStateLoop } = plain.stages;
  const told: typeof detachedStateLoop = (input) =>
    Effect.flatMap(TakesTurns, (takes) => {
      if (!takes) onRecording();
      return detachedStateLoop(input);
    });
  return { ...plain, stages: { ...plain.stages, detachedStateLoop: told } };
}

Deno.test(
  "train() goes on eagerly, with the same bits, where a replay finds no memory",
  { ignore: ignoreWebgpu },
  () =>
    inFolder((folder) =>
      Effect.runPromise(Effect.gen(function* () {
        const gpu = failingGpu(), refused: string[] = [];
        let runs = 0;
        const built = tellingRecordings(() => {
          if (++runs < 4) return; // twice to compare with, and twice to record
          const last = gpu.asked + 3;
          gpu.exhausted = () => gpu.asked > last;
        });
        const onRefused = (message: string): void => {
          gpu.exhausted = () => false;
          refused.push(message);
        };
        const found = yield* trainIn(folder, { gpu, built, onRefused });
        assertEquals(refused.length, 1);
        assertStringIncludes(refused[0]!, "GPUOutOfMemoryError");
        assertEquals(found, yield* trainIn(folder, { replays: false }));
      }))
    ),
);

/** What a GPU may refuse: whether in the midst of replays, the kind of error, and how to make it refuse. */
const failures: Readonly<
  Record<string, readonly [replays: boolean, kind: string, fail: (gpu: FailingGpu) => void]>
> = {
  memory: [true, "GPUOutOfMemoryError", (gpu) => {
    gpu.exhausted = () => true;
    tf.tidy(() => tf.square(tf.zeros([1009]))); // sizes that no buffer from before has
  }],
  "a shader": [true, "GPUValidationError", () => {
    currentGpu().createShaderModule({ code: "fn main() { nonsense }" });
  }],
  "a command": [false, "GPUValidationError", () => {
    const gpu = currentGpu(), encoder = gpu.createCommandEncoder();
    encoder.clearBuffer(gpu.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE })); // not one to copy to
    gpu.queue.submit([encoder.finish()]);
  }],
};

for (const [what, [replays, kind, fail]] of Object.entries(failures)) {
  const title = `train() ends with ShaderFailed and the last checkpoint when a GPU refuses ${what} in the midst, ` +
    (replays ? "replayed" : "eagerly");
  Deno.test(title, { ignore: ignoreWebgpu }, () =>
    inFolder((folder) =>
      Effect.runPromise(Effect.gen(function* () {
        const gpu = failingGpu();
        const onEvent = (event: TrainingEvent): void => {
          if (event.kind === "checkpoint" && event.iteration === 4) fail(gpu);
        };
        const failure = yield* Effect.flip(trainIn(folder, { gpu, replays, onEvent }));
        assertInstanceOf(failure, ShaderFailed);
        assertEquals(failure.kind, kind);
        assertStringIncludes(failure.message, `the last checkpoint is ${folder}`);
      }))
    ));
}
