import { Effect } from "effect";
import { decodeRuntime, measureRuntime, runModel, type Runtime, runtimeBaselines } from "../../lib/evaluation/mod.ts";
import { exists, readText, writeTextAtomic } from "../../lib/files/mod.ts";
import { disposeTrainingState } from "../../lib/training/mod.ts";
import type { AblationDefinition } from "../ablations/definition.ts";
import { chosenReplay } from "./_chosen_replay.ts";
import { heapBytes } from "./_heap_bytes.ts";
import { loadTrained } from "./_load_trained.ts";
import { say } from "./_terminal.ts";
import type { TrainedCell } from "./_train_cells.ts";

/** Tasks that are timed at once, and their queries. */
const timed = { tasks: 32, queries: 32 } as const;

/** Validation tasks that rates and penalties are chosen on. */
const validationTasks = 128;

/** Timed runs of each way. */
const repeats = 5;

/** Where a run's time and memory are written. */
export function runtimePath(folder: string): string {
  return `${folder}/runtime.json`;
}

/** What was measured of a run's time and memory; `undefined` before. */
export function readRuntime(folder: string) {
  const path = runtimePath(folder);
  return Effect.gen(function* () {
    return (yield* exists(path)) ? yield* decodeRuntime(yield* readText(path), path) : undefined;
  });
}

/** Measures a trained run's time and memory, and those of baselines where it compares, into runtime.json. */
export function writeRuntime(
  { miniBatches, passes }: NonNullable<AblationDefinition["runtime"]>,
  { folder, training, run: { identity, config, built }, opened, data }: TrainedCell,
) {
  return Effect.scoped(Effect.gen(function* () {
    const { device, blas } = opened, { observations } = config, { seed } = identity;
    const state = yield* loadTrained(folder, identity, "best", "time");
    const { weights } = state, replay = yield* chosenReplay(opened.replay, { after: 1 }); // while it warms up
    const rows = [
      ...yield* measureRuntime({
        ...{ built, weights, seed, observations, miniBatches, repeats, replay, ...timed },
        onProgress: (K) => say(`timing ${K} × ${observations} observations`),
      }),
    ];
    if (device.name === "wasm") {
      yield* say("measuring wasm's memory, each way in a worker of its own");
      for (const [i, row] of rows.entries()) {
        const batches = { miniBatches: row.steps, observations: row.observations / row.steps };
        const bytes = yield* heapBytes({ folder, blas: blas ?? "off", data, ...timed, ...batches });
        if (bytes !== undefined) rows[i] = { ...row, deviceBytes: bytes };
      }
    }
    if (training.compares === true) {
      yield* say("timing Adam and ridge regression");
      const { tasks, queries } = config.evaluation, steps = config.steps;
      const of = { built, weights, seed, queries, steps, observations, trainedSteps: steps, controls: false, replay };
      const { batch } = yield* runModel({ ...of, tasks, split: "evaluation" });
      const validation = yield* runModel({ ...of, tasks: validationTasks, split: "validation" });
      const errorOf = built.family.loss === "squared-error" ? "squared-error" : "misclassified";
      const own = { batch, validation: validation.batch, perStep: observations, steps, passes, seed, errorOf } as const;
      rows.push(...yield* runtimeBaselines(own));
    }
    disposeTrainingState(state);
    const { metric } = built.family;
    const runtime: Runtime = {
      schemaVersion: 1,
      device: `${device.name}, products: ${opened.products}`,
      metric: metric.unit === "%" ? `${metric.name} (%)` : metric.name,
      rows,
    };
    yield* writeTextAtomic(runtimePath(folder), `${JSON.stringify(runtime, null, 2)}\n`);
  }));
}
