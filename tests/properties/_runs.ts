import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import type { Weights } from "../../lib/model/weights.ts";
import { keyFor } from "../../lib/random/mod.ts";
import { inferStep, type RefinementStages } from "../../lib/stages/detached_state_loop.ts";
import type { Lengths, MaskedTokens, Regime } from "../../lib/stages/regime.ts";
import type { Observations, TaskFamily } from "../../lib/stages/task_family.ts";
import { sampleTasks } from "../../lib/stages/task_sampling.ts";
import { lengthDrawOf } from "../../lib/regimes/regime_of.ts";
import type { BuiltPipeline } from "../../lib/training/pipeline.ts";
import { buildFor, stagesOf } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { normals, tensorOf, uniforms, type Values } from "../backends.ts";
import type { Case } from "./_cases.ts";
import { type Numbers, read, readAll, tensorsOf } from "./_values.ts";

/** What one refinement is given, as numbers. */
export interface StepData {
  readonly x: Values;
  readonly y: Values;
  readonly queryX: Values;
  readonly state: Numbers;
  readonly lengths: Lengths;
}

/** What one refinement gives, as numbers. */
export interface Outcome {
  readonly candidates: Numbers;
  /** `[tasks, prefixes, queries, outputs]`. */
  readonly predictions: Values;
  readonly next: Numbers;
}

/** A case with its stages and random weights. */
export interface Prepared {
  readonly c: Case;
  readonly family: TaskFamily;
  readonly built: BuiltPipeline;
  readonly stages: RefinementStages;
  readonly weights: Weights;
}

/** Wraps stages so that a property should fail. */
export type Mutant = (stages: RefinementStages, prepared: Prepared) => RefinementStages;

/** No mutation. */
export const honest: Mutant = (stages) => stages;

/** Builds a case inside a tidy scope, so that nothing that a test forgets stays. */
export function withCase(c: Case, mutant: Mutant, run: (prepared: Prepared) => void): void {
  tf.engine().startScope();
  try {
    const family = familyOf(c.family);
    const built = buildFor(c.refinement, family, c.model);
    const prepared = { c, family, built, stages: built.stages, weights: randomWeights(built, c.seed) };
    run({ ...prepared, stages: mutant(built.stages, prepared) });
  } finally {
    tf.engine().endScope();
  }
}

/** Initial weights plus noise: a fresh decoder is nearly zero, and every property would hold of it. */
export function randomWeights(built: BuiltPipeline, seed: number, noise = 0.3): Weights {
  const key = keyFor(seed, "initialisation", 0);
  const weights: Weights = { ...built.model.init(key), ...built.stages.regime.init(key) };
  const added = normals(seed, ...Object.values(weights).map(({ shape }) => shape));
  return Object.fromEntries(
    Object.entries(weights).map(([name, tensor], i) => {
      const noisy = tensor.add(tensorOf(added[i]!).mul(noise));
      return [name, name === "initial.state" && built.family.loss === "cross-entropy" ? noisy.abs() : noisy];
    }),
  );
}

/** A drawn mini-batch, queries and a random state; another salt draws others. */
export function drawStep({ c, family, built, weights }: Prepared, salt = 0): StepData {
  const { observations } = c.refinement;
  const sample = sampleTasks(family, { steps: 1, observations, queries: c.queries, lengths: "all" });
  const range = { first: 0, count: c.tasks };
  const { batches, queries } = Effect.runSync(sample({ seed: c.seed, split: "property", iteration: salt, range }));
  const start = readAll(built.stages.regime.start(weights, queries.x));
  const noise = normals(c.seed + salt, ...Object.values(start).map(({ shape }) => shape));
  const isProbability = c.refinement.implicitState === "softmax";
  const state = Object.fromEntries(
    Object.entries(start).map(([name, { shape, data }], i) => {
      const moved = data.map((x, j) => x + noise[i]!.data[j]!);
      return [name, { shape, data: isProbability ? moved.map((x) => 0.05 + Math.abs(x)) : moved }];
    }),
  );
  return {
    x: read(batches[0]!.x),
    y: read(batches[0]!.y),
    queryX: read(queries.x),
    state,
    lengths: drawLengths(c, salt),
  };
}

/** Lengths as training draws them, but seldom the whole mini-batch. */
export function drawLengths(c: Case, salt = 0): Lengths {
  const { observations } = c.refinement;
  const next = uniforms(c.seed + 31 * salt);
  const draw = (): number => 1 + Math.floor(next() * observations);
  switch (lengthDrawOf(c.refinement)) {
    case "all":
      return "all";
    case "one":
      return draw();
    case "per-query":
      return Int32Array.from({ length: c.tasks * c.queries }, draw);
  }
}

/** One refinement by the stages, read back. */
export function outcome({ c, stages, weights }: Prepared, data: StepData, step = c.step): Outcome {
  return tf.tidy(() => {
    const queryX = tensorOf(data.queryX) as tf.Tensor3D;
    const batch = { x: tensorOf(data.x), y: tensorOf(data.y) } as Observations;
    const request = { weights, state: tensorsOf(data.state), batch, lengths: data.lengths, queryX, step };
    const inferred = Effect.runSync(inferStep(stages)(request));
    const { candidates, state } = inferred;
    const read = {
      candidates: readAll(candidates),
      predictions: readAll({ predictions: stages.regime.predict(weights, candidates, queryX) })["predictions"]!,
      next: readAll(state),
    };
    tf.dispose([candidates, state] as tf.NamedTensorMap[]);
    return read as unknown as tf.TensorContainer;
  }) as unknown as Outcome;
}

/** The same stages around another regime. */
export function withRegime({ c, family, built }: Prepared, change: (regime: Regime) => Partial<Regime>): BuiltPipeline {
  const regime = { ...built.stages.regime, ...change(built.stages.regime) };
  return { ...built, stages: stagesOf(regime, c.refinement, family, built.model) };
}

/** A mutant that changes functions of the regime. */
export function mutateRegime(change: (regime: Regime, prepared: Prepared) => Partial<Regime>): Mutant {
  return (_, prepared) => withRegime(prepared, (regime) => change(regime, prepared)).stages;
}

/** A mutant that changes the tokens after masking: the mask itself, or what it masks. */
export function mutateMask(change: (tokens: MaskedTokens) => tf.Tensor): Mutant {
  return (stages) => ({
    ...stages,
    masking: (tokens) =>
      Effect.map(stages.masking(tokens), (masked) => ({ ...masked, mask: change(masked) as tf.Tensor3D })),
  });
}

/** Everybody sees everything. */
export const maskNothing: Mutant = mutateMask(({ mask }) => tf.onesLike(mask));
