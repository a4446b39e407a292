import { Effect, Scope } from "effect";
import { iterationsOf } from "../../pipelines/cli/_workers.ts";
import { findPipeline } from "../../pipelines/cli/_find_pipeline.ts";
import { initialTrainingState, type Iterated, resolveConfig, runFormat } from "../../lib/training/mod.ts";
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
export async function iterations(setting: IterationSetting): Promise<Step> {
  const take = await iterationsToTake(setting);
  return async () => (await Effect.runPromise(await Effect.runPromise(take))).loss;
}

/** The same as an effect, which answers how to await what the iteration tells. */
export function iterationsToTake(
  { blas, device = "wasm", workers, replay = "auto", set = [] }: IterationSetting,
): Promise<Effect.Effect<Iterated["report"], unknown>> {
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
      return Effect.suspend(() =>
        Effect.map(take(state), (taken) => {
          state = taken.state;
          return taken.report;
        })
      );
    }).pipe(Effect.provideService(Scope.Scope, Scope.makeUnsafe())),
  );
}
