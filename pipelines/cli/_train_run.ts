import { Effect } from "effect";
import {
  appendSession,
  type BuiltPipeline,
  type CommonConfig,
  createRun,
  cutMetrics,
  disposeTrainingState,
  identityHash,
  initialTrainingState,
  loadCheckpoint,
  type RunIdentity,
  setAside,
  train,
  type TrainingEvent,
  type TrainingState,
} from "../../lib/training/mod.ts";
import { chosenReplay } from "./_chosen_replay.ts";
import { checkIdentity, type OpenedDevice, sessionOf } from "./_open_run.ts";
import { counted, duration, progress, say } from "./_terminal.ts";
import { iterationsOf } from "./_workers.ts";

/** A run that is to be trained to its end. */
export interface TrainRunRequest {
  readonly folder: string;
  readonly identity: RunIdentity;
  readonly config: CommonConfig;
  readonly built: BuiltPipeline;
  readonly opened: OpenedDevice;
  /** The folder of data sets, where the pipeline reads any. */
  readonly data: string | undefined;
  /** Ranks in all. */
  readonly workers: number;
  /** Whether to go on from the folder's checkpoint. */
  readonly resume: boolean;
  /** The command that goes on after an interruption. */
  readonly goOn: string;
}

/** Trains a run from its beginning or from its checkpoint, showing progress; what it wrote is in the folder. */
export function trainRun(request: TrainRunRequest) {
  const { folder, identity, config, built, opened, data, workers, resume, goOn } = request;
  return Effect.gen(function* () {
    const iterationsToTake = yield* iterationsOf({
      built,
      config,
      identity,
      device: opened.device.name,
      blas: opened.blas ?? "off",
      data,
      workers,
      replay: opened.replay,
    });
    if (!resume) yield* createRun(folder, identity);
    const loaded = resume ? yield* loadCheckpoint(folder) : undefined;
    for (const corrupt of loaded?.passedOver ?? []) yield* say(`warning: ${corrupt.message}`);
    yield* setAside(loaded?.passedOver ?? []);
    if (loaded !== undefined) yield* checkIdentity(folder, identity, loaded.state);
    const from = loaded?.state ?? initialTrainingState(built, config, identity.seed);
    yield* cutMetrics(folder, from.iteration);
    yield* appendSession(folder, sessionOf(opened, workers, from.iteration));
    yield* say(
      `${
        loaded === undefined ? "training" : `resuming at iteration ${from.iteration}`
      }: ${identity.pipeline}, preset ` +
        `${identity.preset}${
          identity.method === undefined ? "" : `, method ${identity.method}`
        }, seed ${identity.seed}, ${countWeights(from)} weights, ${workers} ` +
        `${workers === 1 ? "thread" : "threads"}, into ${folder}`,
    );
    const { iterations } = config.training;
    const bar = progress(iterations, from.iteration);
    const trained = yield* train({
      built,
      config,
      seed: identity.seed,
      folder,
      metadata: {
        run: yield* identityHash(identity),
        identity: JSON.stringify(identity),
        device: opened.device.name,
      },
      iterations: iterationsToTake,
      replay: yield* chosenReplay(opened.replay),
      onEvent: (event) => showEvent(event, bar.update, from),
    }, from).pipe(
      Effect.ensuring(bar.stop),
      Effect.onInterrupt(() => say(`interrupted; go on with: ${goOn}`)),
    );
    yield* say(`trained ${counted(trained.iteration, "iteration")} in ${duration(trained.elapsedSeconds)}`);
    disposeTrainingState(trained);
  });
}

function countWeights({ weights }: TrainingState): number {
  return Object.values(weights).reduce((total, { size }) => total + size, 0);
}

function showEvent(
  event: TrainingEvent,
  update: (done: number, text: string) => Effect.Effect<void>,
  from: TrainingState,
): Effect.Effect<void> {
  if (event.kind === "checkpoint") return Effect.void;
  const { line, iterations } = event;
  const rate = (line.iteration - from.iteration) / Math.max(1e-9, line.elapsedSeconds - from.elapsedSeconds);
  const steps = line.lossPerStep.length <= 6
    ? line.lossPerStep
    : line.lossPerStep.filter((_, k) => k === 0 || (k + 1) % Math.ceil(line.lossPerStep.length / 5) === 0);
  const text = `loss per step ${steps.map((loss) => loss.toPrecision(3)).join(" ")}  ` +
    `${line.tasksPerSecond.toFixed(0)} tasks/s  ${duration((iterations - line.iteration) / rate)} left` +
    (line.validation === undefined ? "" : `  validation ${line.validation.toPrecision(4)}`);
  return update(line.iteration, text);
}
