import { assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import { openDevice } from "../../lib/device/mod.ts";
import { currentGpu } from "../../lib/device/webgpu_tensors.ts";
import { DeviceLost } from "../../lib/errors/device_lost.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { loadCheckpoint } from "../../lib/training/run_checkpoints.ts";
import { deviceIterations } from "../../lib/training/device_iterations.ts";
import { makeReplay } from "../../lib/training/replay.ts";
import { train, type TrainingEvent } from "../../lib/training/train.ts";
import { initialTrainingState } from "../../lib/training/training_state.ts";
import { buildFor, tinyConfig, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { ignoreWebgpu } from "../backends.ts";

const iterations = 12;
const config = tinyConfig(tinyRefinement(), {
  shards: 2,
  iterations,
  checkpointEvery: 4,
  validateEvery: 12,
  validationTasks: 4,
});
const built = buildFor(config, familyOf({ loss: "squared-error", features: 3, outputs: 1 }));

/** Trains on a device of its own, from the folder's checkpoint if it has one, and answers the weights. */
function trainIn(folder: string, replays: boolean, onEvent: (event: TrainingEvent) => void = () => {}) {
  return Effect.scoped(Effect.gen(function* () {
    yield* openDevice("webgpu", { kernels: registerKernels });
    const replay = replays ? yield* makeReplay(({ message }) => Effect.die(message)) : undefined;
    const state = (yield* loadCheckpoint(folder))?.state ?? initialTrainingState(built, config, 1);
    const trained = yield* train({
      built,
      config,
      seed: 1,
      folder,
      metadata: {},
      iterations: yield* deviceIterations(built, config, 1, replay),
      onEvent: (event) => Effect.sync(() => onEvent(event)),
    }, state);
    const { weights, first, second } = trained;
    const all = [weights, first, second].flatMap((record) => Object.values(record));
    return yield* Effect.promise(() => Promise.all(all.map((tensor) => tensor.data())));
  }));
}

Deno.test({
  name: "train() on a GPU that goes away names the last checkpoint, which leads to the same bits, replayed or not",
  ignore: ignoreWebgpu,
  fn: () =>
    Effect.runPromise(Effect.gen(function* () {
      const whole = Deno.makeTempDirSync(), expected = yield* trainIn(whole, true);
      for (const replays of [true, false]) {
        const broken = Deno.makeTempDirSync();
        const failure = yield* Effect.flip(trainIn(broken, replays, (event) => {
          if (event.kind === "checkpoint" && event.iteration === 8) currentGpu().destroy();
        }));
        assertInstanceOf(failure, DeviceLost);
        assertStringIncludes(failure.message, `resume from ${broken}`);
        let saved = 0;
        assertEquals(yield* trainIn(broken, !replays, ({ kind }) => saved += kind === "checkpoint" ? 1 : 0), expected);
        assertEquals(saved, 1); // it went on from 8
        Deno.removeSync(broken, { recursive: true });
      }
      Deno.removeSync(whole, { recursive: true });
    })),
});
