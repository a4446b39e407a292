import { assertEquals } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { evaluate, type Evaluation, measureContextLength, measureRuntime } from "../../lib/evaluation/mod.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import {
  type BuiltPipeline,
  type CommonConfig,
  type InferenceReplay,
  initialWeights,
  makeInferenceReplay,
  type Pipeline,
  resolveConfig,
} from "../../lib/training/mod.ts";
import type { Weights } from "../../lib/model/weights.ts";
import gmm from "../../pipelines/gmm.ts";
import linearRegression from "../../pipelines/linear_regression.ts";
import topologicalOrder from "../../pipelines/topological_order.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";

const tiny = ["model.width=4", "model.layers=1", "model.heads=1", "steps=2", "evaluation.steps=4"];

const runs: readonly (readonly [Pipeline, readonly string[]])[] = [
  [linearRegression, ["task.dimension=2", "observations=3", "evaluation.tasks=130", "evaluation.queries=3"]],
  [topologicalOrder, ["task.nodes=[3]", "evaluationNodes=[3]", "observations=8", "evaluation.tasks=4"]],
  [gmm, ["observations=4", "evaluation.tasks=3", "evaluation.queries=4", "generation.tasks=2", "generation.points=8"]],
].map(([pipeline, set]) => [pipeline as unknown as Pipeline, set as readonly string[]]);

interface Request {
  readonly built: BuiltPipeline;
  readonly config: CommonConfig;
  readonly weights: Weights;
  readonly seed: number;
}

/** Measures eagerly and replayed from the second call on, and answers both with how much was recorded. */
async function bothWays<T>(
  pipeline: Pipeline,
  set: readonly string[],
  measure: (request: Request, replay: InferenceReplay | undefined) => Effect.Effect<T, Error>,
) {
  const { config } = Effect.runSync(resolveConfig(pipeline, { set: [...tiny, ...set] }));
  const built = pipeline.build(config), refused: string[] = [];
  return await assertNoLeak(() =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const onRefused = ({ message }: Error) => Effect.sync(() => void refused.push(message));
      const replay = yield* makeInferenceReplay(onRefused, { after: 2 });
      const request = { built, config, weights: initialWeights(built, 1), seed: 4 };
      const eager = yield* measure(request, undefined), replayed = yield* measure(request, replay);
      tf.dispose(request.weights as tf.NamedTensorMap);
      assertEquals(refused, []);
      return { eager, replayed, recordings: replay.recordings() };
    })))
  );
}

/** An evaluation without the seconds that it took. */
function withoutSeconds({ results, ...rest }: Evaluation): unknown {
  return { ...rest, results: results.map(({ secondsPerTask: _, ...row }) => row) };
}

for (const [pipeline, set] of runs) {
  onEveryBackend(`evaluate() measures ${pipeline.name} the same replayed, to the last bit`, async () => {
    const { eager, replayed, recordings } = await bothWays(
      pipeline,
      set,
      (request, replay) => evaluate({ ...request, pipeline: pipeline.name, replay }),
    );
    assertEquals(withoutSeconds(replayed), withoutSeconds(eager));
    assertEquals(recordings > 2, true, `${recordings} recordings`);
  }, { backends: ["wasm"], kernels: registerKernels });
}

onEveryBackend("measureContextLength() and measureRuntime() find the same errors replayed", async () => {
  const [pipeline, set] = runs[0]!;
  const long = await bothWays(
    pipeline,
    set,
    (request, replay) => measureContextLength({ ...request, tasks: 5, queries: 4, miniBatches: 12, replay }),
  );
  assertEquals(long.replayed, long.eager);
  assertEquals(long.recordings, 1);
  const timed = await bothWays(
    pipeline,
    set,
    (request, replay) =>
      measureRuntime({ ...request, tasks: 3, queries: 4, observations: 3, miniBatches: [1, 4], repeats: 1, replay }),
  );
  const errorsOf = (rows: typeof timed.eager) =>
    rows.map(({ mean, standardError, peakTensorBytes }) => [mean, standardError, peakTensorBytes]);
  assertEquals(errorsOf(timed.replayed), errorsOf(timed.eager)); // memory is that of running it
  assertEquals(timed.recordings, 2); // steps of 3 observations, and of 12 together
}, { backends: ["wasm"], kernels: registerKernels });
