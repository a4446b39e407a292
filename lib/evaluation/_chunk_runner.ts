import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { averageStates } from "../stages/average_states.ts";
import type { State } from "../stages/regime.ts";
import type { Observations } from "../stages/task_family.ts";
import type { SampledTasks } from "../stages/task_sampling.ts";
import { inferenceOf } from "../training/inference.ts";
import { errorPerTask } from "./error_per_task.ts";
import { joined } from "./_host_tasks.ts";
import type { ModelRunRequest } from "./model_run_request.ts";
import type { ErrorsPerStep } from "./task_batch.ts";

/** Wall-clock seconds of what is done with all tasks, added up chunk by chunk. */
export type Seconds = Record<"refining" | "averaging" | "oneStep" | "ensemble", number>;

/** Runs an effect and adds the seconds that it took. */
export function clocked<A, E, R>(
  seconds: Seconds,
  name: keyof Seconds,
  effect: Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> {
  return Effect.suspend(() => {
    const start = performance.now();
    return Effect.ensuring(effect, Effect.sync(() => seconds[name] += (performance.now() - start) / 1000));
  });
}

/** What {@linkcode runModel} does with a chunk of tasks; errors go into the rows from `first` on. */
export function chunkRunner(request: ModelRunRequest & { readonly together: number }, sampled: SampledTasks) {
  const { built: { stages, family }, weights, steps, observations, together, trainedSteps } = request;
  const { regime } = stages;
  const { step, predict } = inferenceOf(stages, request.replay);
  const { x: queryX, y: queryY } = sampled.queries;

  const start = (): State => tf.tidy(() => ({ ...regime.start(weights, queryX) }));

  /** States 0 … batches. */
  const refine = (batches: readonly Observations[]) =>
    Effect.gen(function* () {
      const states: State[] = [start()];
      for (const [k, batch] of batches.entries()) {
        const next = yield* step({ weights, state: states[k]!, batch, lengths: "all", queryX, step: k });
        tf.dispose(next.candidates as tf.NamedTensorMap);
        states.push(next.state);
      }
      return states;
    });

  /** The running average after each of the states 0, 1, …; they stay the caller's. */
  const average = (states: readonly State[]) =>
    Effect.sync(() => {
      const averages: State[] = [];
      for (const [k, state] of states.entries()) {
        averages.push(averageStates({ average: averages.at(-1) ?? state, state, step: k, trainedSteps }));
      }
      return averages;
    });

  const record = (perTask: tf.Tensor1D, into: ErrorsPerStep, first: number, k: number) =>
    Effect.map(Effect.promise(() => perTask.data()), (values) => {
      values.forEach((value, task) => into.errors[(first + task) * (steps + 1) + k] = value);
      perTask.dispose();
    });

  const predicted = <Made extends tf.Tensor>(state: State, make: (predictions: tf.Tensor4D) => Made) =>
    Effect.map(predict({ weights, state, queryX }), (predictions) => {
      const made = tf.tidy(() => make(predictions));
      predictions.dispose();
      return made;
    });

  const measure = (state: State, into: ErrorsPerStep, first: number, k: number) =>
    Effect.flatMap(
      predicted(state, (predictions) => errorPerTask(family, predictions, queryY)),
      (perTask) => record(perTask, into, first, k),
    );

  /** One step on the first k mini-batches together, and the mean over k one-step predictions. */
  const measureControls = (
    before: State,
    { oneStep, ensemble, seconds }: {
      readonly oneStep: ErrorsPerStep;
      readonly ensemble: ErrorsPerStep;
      readonly seconds: Seconds;
    },
    first: number,
  ) =>
    Effect.gen(function* () {
      let sum: tf.Tensor4D | undefined;
      for (const control of [oneStep, ensemble]) yield* measure(before, control, first, 0);
      for (let k = 1; k <= steps; k++) {
        if (k * observations <= together) {
          const all = tf.tidy(() => joined(sampled.batches.slice(0, k)));
          const whole = yield* clocked(seconds, "oneStep", refine([all]));
          yield* measure(whole[1]!, oneStep, first, k);
          tf.dispose([all, ...whole as tf.NamedTensorMap[]]);
        }
        const alone = yield* clocked(seconds, "ensemble", refine([sampled.batches[k - 1]!]));
        const next: tf.Tensor4D = yield* predicted(alone[1]!, (predictions) => {
          const votes = family.loss === "squared-error" ? predictions.clone() : predictions.logSoftmax();
          return (sum === undefined ? votes : sum.add(votes)) as tf.Tensor4D;
        });
        tf.dispose([sum ?? [], ...alone as tf.NamedTensorMap[]]);
        sum = next;
        yield* record(tf.tidy(() => errorPerTask(family, sum!.div(k), queryY)), ensemble, first, k);
      }
      sum?.dispose();
    });

  return { refine, average, measure, measureControls };
}
