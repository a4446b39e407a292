import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { compile, type Compiled, type Tensors } from "../capture/mod.ts";
import { CaptureRefused } from "../errors/capture_refused.ts";
import type { StepRecipe } from "../stages/from_step.ts";
import { runAtOnce } from "../stages/turns.ts";
import type { InferencePass, PassInput } from "./inference_pass.ts";
import { prefixed, unprefixed } from "./prefixed.ts";

/** A pass as it was recorded. */
export interface RecordedPass {
  readonly compiled: Compiled;
  /** What it makes of k, in order. */
  readonly recipes: readonly StepRecipe[];
}

const weightPrefix = "weight/", tensorPrefix = "given/", stepPrefix = "step/";

/**
 * Records a pass on its own input and on one that differs in everything that may change, k included. What it reads is
 * held until then, so that the caller may free it. Never waits on wasm.
 */
export function recordPass(
  pass: InferencePass,
  recipes: readonly StepRecipe[],
): Effect.Effect<RecordedPass, CaptureRefused> {
  const { step, weights, tensors } = pass.input;
  const held = { weights: clones(weights), tensors: clones(tensors) };
  const steps = [step, pass.stepAsTensor ? otherThan(step) : step] as const;
  return Effect.onExit(
    Effect.suspend(() => {
      const one = { ...held, step: steps[0] }, other = { ...perturbed(held), step: steps[1] };
      const examples = [named(one, recipes), named(other, recipes)] as const;
      const inPlace = Object.keys(examples[0]).filter((name) => name.startsWith(weightPrefix));
      const recorded = compile(pass.name, synchronous(pass, steps), examples, { inPlace }).pipe(
        Effect.catchDefect((defect) => Effect.fail(itself(pass.name, defect))),
      );
      const made = examples.flatMap((example) => Object.values(unprefixed(stepPrefix, example)));
      return Effect.onExit(
        Effect.map(recorded, (compiled) => ({ compiled, recipes })),
        () => Effect.sync(() => tf.dispose([...made, ...all(other)])),
      );
    }),
    () => Effect.sync(() => tf.dispose(all(held))),
  );
}

/** Runs a recording on a pass's input; the results, the caller's, outlive any tidy, as the pass's own do. */
export function replayPass({ compiled, recipes }: RecordedPass, { input }: InferencePass): Tensors {
  const tensors = named(input, recipes);
  const results = compiled.run(tensors);
  for (const result of Object.values(results)) tf.keep(result);
  tf.dispose(Object.values(unprefixed(stepPrefix, tensors)));
  return results;
}

/** A pass as a function of tensors, run for one k and the other in turn: whoever reads k itself is found out. */
function synchronous({ run }: InferencePass, steps: readonly [number, number]): (tensors: Tensors) => Tensors {
  let example = 0;
  return (tensors) => {
    let next = 0;
    const input: PassInput = {
      weights: unprefixed(weightPrefix, tensors),
      tensors: unprefixed(tensorPrefix, tensors),
      step: steps[example++ % 2]!,
      supplyStep: (recipe) => tensors[`${stepPrefix}${next++}`]?.clone() ?? recipe(input.step),
    };
    return runAtOnce(run(input));
  };
}

function named({ weights, tensors, step }: PassInput, recipes: readonly StepRecipe[]): Tensors {
  const made = recipes.map((recipe, i) => [`${stepPrefix}${i}`, recipe(step)] as const);
  return { ...prefixed(weightPrefix, weights), ...prefixed(tensorPrefix, tensors), ...Object.fromEntries(made) };
}

/** As far away as steps differ: the first is unlike the others, and the second unlike the first. */
function otherThan(step: number): number {
  return step === 0 ? 1 : 0;
}

/** Tensors that live as long as they are needed, whoever frees the originals. */
function clones(tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.keep(tensor.clone())]));
}

function perturbed({ weights, tensors }: Pick<PassInput, "weights" | "tensors">) {
  return tf.tidy(() => ({
    weights: Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, moved(weight, 0)])),
    tensors: Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, moved(tensor, 1 / 64)])),
  }));
}

function moved(tensor: tf.Tensor, by: number): tf.Tensor {
  return tensor.dtype === "float32" ? tensor.mul(1.0625).add(by) : tensor.clone();
}

function all({ weights, tensors }: Pick<PassInput, "weights" | "tensors">): tf.Tensor[] {
  return [...Object.values(weights), ...Object.values(tensors)];
}

function itself(captured: string, defect: unknown): CaptureRefused {
  const remedy = "run it eagerly, to see whether it fails there";
  return new CaptureRefused({ captured, where: "the function", found: String(defect), remedy });
}
