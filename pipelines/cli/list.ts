import { Effect } from "effect";
import { exists } from "../../lib/files/mod.ts";
import { readLines, runFile } from "../../lib/training/mod.ts";
import { builtInPipelines, findPipeline } from "./_find_pipeline.ts";
import type { Arguments } from "./_options.ts";
import { runsHere } from "./_run_names.ts";
import { print } from "./_terminal.ts";

/** `deno task list`: pipelines with their presets, and the runs under `runs/`. */
export default function listCommand(args: Arguments) {
  return Effect.gen(function* () {
    const pipelines = [];
    for (const name of Object.keys(builtInPipelines)) {
      const { pipeline } = yield* findPipeline(name);
      pipelines.push({
        name,
        description: pipeline.description,
        presets: Object.keys(pipeline.presets),
        methods: Object.keys(pipeline.methods ?? {}),
      });
    }
    const runs = [];
    for (const run of yield* runsHere()) {
      const [last] = (yield* readLines<{ readonly iteration: number; readonly loss: number }>(
        runFile(run.folder, "metrics"),
      )).slice(-1);
      const evaluated = yield* exists(runFile(run.folder, "evaluation"));
      runs.push({ ...run, iteration: last?.iteration ?? 0, loss: last?.loss ?? null, evaluated });
    }
    if (args.flag("json")) return yield* print(JSON.stringify({ pipelines, runs }, null, 2));
    const width = Math.max(...pipelines.map(({ name }) => name.length));
    yield* print("Pipelines (deno task train NAME --preset PRESET)");
    for (const { name, description, presets } of pipelines) {
      yield* print(`  ${name.padEnd(width)}  ${description}; presets ${presets.join(", ")}`);
    }
    yield* print("Methods (--method METHOD, on top of a preset)");
    yield* print(`  ${[...new Set(pipelines.flatMap(({ methods }) => methods))].join(", ")}`);
    yield* print(runs.length === 0 ? "No runs yet under runs/" : "Runs");
    for (const { folder, pipeline, preset, method, seed, iteration, loss, evaluated } of runs) {
      const state = `iteration ${iteration}${loss === null ? "" : `, loss ${loss.toPrecision(3)}`}`;
      yield* print(
        `  ${folder}  ${pipeline}, preset ${preset}${
          method === undefined ? "" : `, method ${method}`
        }, seed ${seed}, ${state}${evaluated ? ", evaluated" : ""}`,
      );
    }
  });
}
