import { Effect, Scope } from "effect";
import { iterationsOf } from "../../pipelines/cli/_workers.ts";
import { findPipeline } from "../../pipelines/cli/_find_pipeline.ts";
import { initialTrainingState, resolveConfig, runFormat } from "../../lib/training/mod.ts";
import type { JsonObject } from "../../lib/training/mod.ts";
import type { Step } from "./_serve.ts";

/** What the iterations of a pipeline run on; the device is open already. */
export interface IterationSetting {
  readonly blas: string;
  /** wasm unless said. */
  readonly device?: "wasm" | "webgpu";
  readonly workers: number;
  /** Whether iterations are replayed; they are, unless said. */
  readonly replay?: "auto" | "off";
  /** `path=value` settings on top of the defaults. */
  readonly set?: readonly string[];
}

/** Whole training iterations of the default pipeline, one a call, from seed 0; a call answers the loss. */
export function iterations(
  { blas, device = "wasm", workers, replay = "auto", set = [] }: IterationSetting,
): Promise<Step> {
  return Effect.runPromise(
    Effect.gen(function* () {
      const { pipeline, module } = yield* findPipeline("linear-regression");
      const { preset, config } = yield* resolveConfig(pipeline, { set });
      const built = pipeline.build(config);
      const saved = config as unknown as JsonObject;
      const identity = { format: runFormat, pipeline: pipeline.name, module, preset, seed: 0, config: saved };
      const { take } = yield* iterationsOf({
        built,
        config,
        identity,
        device,
        blas,
        data: undefined,
        workers,
        replay,
      });
      let state = initialTrainingState(built, config, 0);
      return async () => {
        const taken = await Effect.runPromise(take(state));
        state = taken.state;
        return (await Effect.runPromise(taken.report)).loss;
      };
    }).pipe(Effect.provideService(Scope.Scope, Scope.makeUnsafe())),
  );
}
