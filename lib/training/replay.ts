import { Cause, Effect, Exit, type Scope } from "effect";
import * as tf from "@tensorflow/tfjs";
import { compile, type Compiled, type Tensors } from "../capture/mod.ts";
import { CaptureRefused } from "../errors/capture_refused.ts";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { LoopInput, LoopOutput } from "../stages/detached_state_loop.ts";
import { supplyLengths } from "../stages/from_lengths.ts";
import type { Stage } from "../stages/stage.ts";
import type { SampledTasks } from "../stages/task_sampling.ts";
import { TakesTurns, yieldWhenDue } from "../stages/turns.ts";
import { disposeSample } from "./dispose_sample.ts";
import {
  type LengthsRecipes,
  loopInputOf,
  loopOutputOf,
  loopTensors,
  recordingKey,
  sizesKey,
  weightPrefix,
} from "./loop_tensors.ts";

/** The loop over K steps. */
export type RefinementLoop = Stage<LoopInput, LoopOutput, ShapeMismatch>;

/** Draws the tasks of another iteration, so many later. */
export type DrawAnother = (later: number) => Effect.Effect<SampledTasks>;

/** The loop over K steps of one training, recorded once for each way of seeing mini-batches, and replayed. */
export interface Replay {
  /**
   * Gradients and losses as the loop gives them, bit for bit. It runs as it is where it cannot be replayed, and the
   * first time, to see what it makes of lengths. `another` draws other tasks of the same sizes, to compare with.
   */
  readonly run: (
    loop: RefinementLoop,
    input: LoopInput,
    another: DrawAnother,
  ) => Effect.Effect<LoopOutput, ShapeMismatch>;
  /** How many ways of seeing mini-batches were recorded. */
  readonly recordings: () => number;
  /** Frees what was recorded. */
  readonly dispose: () => void;
}

/** What is known of one way of seeing mini-batches. */
interface Known {
  readonly recipes: LengthsRecipes;
  readonly compiled?: Compiled;
}

/** A replay of one training, freed with the scope. `onRefused` hears once why there is none. */
export function makeReplay(
  onRefused: (refused: CaptureRefused) => Effect.Effect<void>,
): Effect.Effect<Replay, never, Scope.Scope> {
  return Effect.acquireRelease(Effect.sync(() => replayOf(onRefused)), (replay) => Effect.sync(replay.dispose));
}

function replayOf(onRefused: (refused: CaptureRefused) => Effect.Effect<void>): Replay {
  const all = new Map<string, Known>();
  let refused = false;
  const run: Replay["run"] = (loop, input, another) =>
    Effect.gen(function* () {
      if (refused) return yield* loop(input);
      const key = recordingKey(input.sampled), known = all.get(key);
      if (known === undefined) {
        const recipes = listenTo(input);
        const output = yield* loop(input);
        all.set(key, { recipes });
        return output;
      }
      const { recipes } = known;
      const compiled = known.compiled ?? (yield* record(loop, input, recipes, another).pipe(
        Effect.catchTag("CaptureRefused", (why) => {
          refused = true;
          return Effect.as(onRefused(why), undefined);
        }),
      ));
      if (compiled === undefined) return yield* loop(input);
      all.set(key, { recipes, compiled });
      const { tensors, made } = loopTensors(input, recipes);
      const output = loopOutputOf(compiled.run(tensors));
      tf.dispose([...made]);
      yield* yieldWhenDue;
      return output;
    });
  const dispose = (): void => {
    for (const { compiled } of all.values()) compiled?.dispose();
    all.clear();
  };
  const recordings = (): number => [...all.values()].filter(({ compiled }) => compiled !== undefined).length;
  return { run, recordings, dispose };
}

/** Collects what the loop makes of each step's lengths while it runs. */
function listenTo({ sampled }: LoopInput): LengthsRecipes {
  return sampled.lengths.map((lengths) => {
    const recipes: LengthsRecipes[number][number][] = [];
    if (lengths instanceof Int32Array) {
      supplyLengths(lengths, (recipe) => {
        recipes.push(recipe);
        return recipe(lengths);
      });
    }
    return recipes;
  });
}

/** Iterations that are looked through for one of the same sizes, where these are drawn too. */
const lookAhead = 64;

/** Other tasks of the same sizes. */
function alike(input: LoopInput, another: DrawAnother): Effect.Effect<SampledTasks, CaptureRefused> {
  return Effect.gen(function* () {
    for (let later = 1; later <= lookAhead; later++) {
      const drawn = yield* another(later);
      if (sizesKey(drawn) === sizesKey(input.sampled)) return drawn;
      disposeSample(drawn);
    }
    const found = `none of the next ${lookAhead} iterations has batches of the same sizes`;
    return yield* new CaptureRefused({ captured: "the loop", where: "tasks", found, remedy: "draw fewer sizes" });
  });
}

/** Records the loop on this input and on one that differs in everything that an iteration changes. */
function record(
  loop: RefinementLoop,
  input: LoopInput,
  recipes: LengthsRecipes,
  another: DrawAnother,
): Effect.Effect<Compiled, CaptureRefused> {
  return Effect.gen(function* () {
    const drawn = yield* alike(input, another);
    const lengths = drawn.lengths.map((own, k) => typeof own === "number" ? input.sampled.lengths[k]! : own);
    const weights = tf.tidy(() => scaled(input.weights)), balance = input.balance.mul<tf.Tensor2D>(1.125);
    const inputs = [input, { weights, balance, sampled: { ...drawn, lengths } }] as const;
    const [one, other] = [loopTensors(inputs[0], recipes), loopTensors(inputs[1], recipes)];
    let example = 0;
    /** One run after another with the lengths of one example and the other: whoever reads these is found out. */
    const synchronous = (tensors: Tensors): Tensors => {
      const made = loopInputOf(tensors, inputs[example++ % 2]!.sampled.lengths, recipes);
      const exit = Effect.runSyncExit(Effect.provideService(loop(made), TakesTurns, false));
      if (Exit.isFailure(exit)) throw Cause.squash(exit.cause);
      return outputTensors(exit.value);
    };
    const name = `the loop over ${recipes.length} steps`;
    // Weights stay where they are from iteration to iteration: a copy of all of them each time would be for nothing.
    const inPlace = Object.keys(one.tensors).filter((name) => name.startsWith(weightPrefix));
    return yield* Effect.onExit(
      compile(name, synchronous, [one.tensors, other.tensors], { inPlace }),
      () =>
        Effect.sync(() => {
          tf.dispose([...one.made, ...other.made, balance, weights]);
          disposeSample(drawn);
        }),
    );
  });
}

function scaled(weights: LoopInput["weights"]): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, weight.mul(1.0625)]));
}

function outputTensors({ gradients, losses }: LoopOutput): Tensors {
  return { losses, ...Object.fromEntries(Object.entries(gradients).map(([name, x]) => [`gradient/${name}`, x])) };
}
