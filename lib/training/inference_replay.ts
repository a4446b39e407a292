import { Effect, Exit, Scheduler, type Scope } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { Tensors } from "../capture/mod.ts";
import { CaptureRefused } from "../errors/capture_refused.ts";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { StepRecipe } from "../stages/from_step.ts";
import type { InferencePass } from "./inference_pass.ts";
import { recordPass, replayPass } from "./_record_pass.ts";
import { type RecordingLimits, recordings } from "./_recordings.ts";

/** Refinement steps and predictions, recorded once for each of their sizes, and replayed with the same bits. */
export interface InferenceReplay {
  /** A pass's results, the caller's; it runs as it is the first times, where it cannot be replayed, and on cpu. */
  readonly run: (pass: InferencePass) => Effect.Effect<Tensors, ShapeMismatch>;
  /** How many recordings are alive. */
  readonly recordings: () => number;
  /** Frees what was recorded. */
  readonly dispose: () => void;
}

/**
 * Recording costs about four runs and 20 ms (on webgpu 200), and a replay saves a fifth of a run to a half: shorter jobs
 * would not earn it back.
 */
const defaults: RecordingLimits = { after: 32, most: 16 };

/**
 * A replay that is freed with the scope. `onRefused` hears why a pass cannot be replayed, once for each name. On webgpu
 * recording waits for the GPU; what is run by `Effect.runSync` does not, and is recorded beside its caller.
 */
export function makeInferenceReplay(
  onRefused: (refused: CaptureRefused) => Effect.Effect<void>,
  limits: Partial<RecordingLimits> = {},
): Effect.Effect<InferenceReplay, never, Scope.Scope> {
  const make = Effect.sync(() => inferenceReplay(onRefused, limits));
  return Effect.acquireRelease(make, (replay) => Effect.sync(replay.dispose));
}

/** {@linkcode makeInferenceReplay} for whoever frees it himself. */
export function inferenceReplay(
  onRefused: (refused: CaptureRefused) => Effect.Effect<void>,
  limits: Partial<RecordingLimits> = {},
): InferenceReplay {
  const all = recordings({ ...defaults, ...limits }), keyOf = keys(), told = new Set<string>();
  const record = (pass: InferencePass, key: string, recipes: readonly StepRecipe[]): Effect.Effect<void> =>
    recordPass(pass, recipes).pipe(
      Effect.map((recorded) => all.keep(key, recorded)),
      Effect.catchTag("CaptureRefused", (refused) => {
        if (told.has(pass.name)) return Effect.void;
        told.add(pass.name);
        return onRefused(inOneLine(refused));
      }),
    );
  const run: InferenceReplay["run"] = (pass) =>
    Effect.gen(function* () {
      const backend = tf.getBackend();
      if (backend !== "wasm" && backend !== "webgpu") return yield* pass.run(pass.input);
      const key = keyOf(pass), found = all.called(key, pass.patience);
      if (typeof found === "object") return replayPass(found, pass);
      const recipes: StepRecipe[] = [];
      const supplyStep = (recipe: StepRecipe): tf.Tensor => {
        recipes.push(recipe);
        return recipe(pass.input.step);
      };
      const results = yield* pass.run({ ...pass.input, ...(pass.stepAsTensor ? { supplyStep } : {}) });
      if (found === undefined) return results;
      const recorded = record(pass, key, recipes);
      if (backend === "wasm" || (yield* Scheduler.Scheduler).executionMode === "async") {
        yield* Effect.onExit(
          recorded,
          (exit) => Effect.sync(() => Exit.isFailure(exit) && tf.dispose({ ...results })),
        );
      } else Effect.runFork(Effect.andThen(Effect.yieldNow, recorded)); // after any tidy that the caller is in
      return results;
    });
  return { run, recordings: all.count, dispose: all.dispose };
}

/** A GPU shows the program that it refuses, line by line. */
function inOneLine(refused: CaptureRefused): CaptureRefused {
  const { captured, where, found, remedy } = refused;
  return new CaptureRefused({ captured, where, found: found.replaceAll(/\s*\n\s*/g, " ").slice(0, 300), remedy });
}

/** Tells passes apart: by what they are made of, what they are told, the backend, and the sizes of what they read. */
function keys(): (pass: InferencePass) => string {
  const objects = new WeakMap<object, number>(), weightSizes = new Map<string, number>();
  const sizesOfWeights = new WeakMap<Tensors, number>();
  let next = 0;
  const numberIn = <Key>(map: { get(key: Key): number | undefined; set(key: Key, to: number): unknown }, key: Key) => {
    const known = map.get(key);
    if (known === undefined) map.set(key, next);
    return known ?? next++;
  };
  const sizesOf = (tensors: Tensors): string =>
    Object.entries(tensors).map(([name, { dtype, shape }]) => `${name} ${dtype} ${shape}`).join();
  const numberOfWeights = (weights: Tensors): number => {
    const known = sizesOfWeights.get(weights) ?? numberIn(weightSizes, sizesOf(weights));
    sizesOfWeights.set(weights, known);
    return known;
  };
  return ({ name, of, told, stepAsTensor, input: { step, weights, tensors } }) => {
    const made = [tf.backend(), ...of].map((object) => numberIn(objects, object));
    return [name, made, told, stepAsTensor ? "" : step, numberOfWeights(weights), sizesOf(tensors)].join("|");
  };
}
