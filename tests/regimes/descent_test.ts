import { assertAlmostEquals, assertEquals } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { adam, sgd, type TaskBatch } from "../../lib/evaluation/mod.ts";
import type { DescentSettings, Refinement } from "../../lib/regimes/settings.ts";
import { inferStep, sampleTasks, type State } from "../../lib/stages/mod.ts";
import { errorPerTask } from "../../lib/evaluation/error_per_task.ts";
import { initialWeights } from "../../lib/training/training_state.ts";
import { buildFor, tinyRefinement } from "../_built.ts";
import { familyOf, type FamilySizes } from "../_families.ts";
import { onEveryBackend } from "../backends.ts";

const descending: Partial<Refinement> = {
  regime: "descent",
  signal: { data: false, residual: false, gradient: "mean" },
  mask: "non-causal",
};

const families: readonly FamilySizes[] = [
  { loss: "squared-error", features: 3, outputs: 1 },
  { loss: "cross-entropy", features: 3, outputs: 3 },
];

const size = { steps: 3, observations: 4, queries: 30, tasks: 5 };

/** Errors `[step][task]` of descent by the stages, and the same tasks on the host. */
function descend(sizes: FamilySizes, descent: DescentSettings): { errors: number[][]; batch: TaskBatch } {
  return tf.tidy(() => {
    const family = familyOf(sizes);
    const built = buildFor(tinyRefinement({ ...descending, ...size, descent }), family);
    const { regime } = built.stages, weights = initialWeights(built, 1);
    const draw = sampleTasks(family, { ...size, lengths: "all" });
    const { batches, queries } = Effect.runSync(
      draw({ seed: 2, split: "t", iteration: 0, range: { first: 0, count: size.tasks } }),
    );
    let state: State = regime.start(weights, queries.x);
    const errorsOf = (of: State): number[] => [
      ...errorPerTask(family, regime.predict(weights, regime.asCandidates(of), queries.x), queries.y).dataSync(),
    ];
    const errors = [errorsOf(state)];
    for (const [step, batch] of batches.entries()) {
      const request = { weights, state, batch, lengths: "all" as const, queryX: queries.x, step };
      const next = Effect.runSync(inferStep(built.stages)(request));
      errors.push(errorsOf(next.state));
      state = next.state;
    }
    const numbers = (of: readonly tf.Tensor3D[]) => tf.concat([...of], 1).dataSync<"float32">();
    const batch: TaskBatch = {
      ...{ tasks: size.tasks, observations: size.steps * size.observations, queries: size.queries },
      ...{ features: family.features, outputs: family.outputs },
      contextX: numbers(batches.map(({ x }) => x)),
      contextY: numbers(batches.map(({ y }) => y)),
      queryX: numbers([queries.x]),
      queryY: numbers([queries.y]),
    };
    return { errors, batch } as unknown as tf.TensorContainer;
  }) as unknown as { errors: number[][]; batch: TaskBatch };
}

for (const [rule, host] of [["sgd", sgd], ["adam", adam]] as const) {
  for (const sizes of families) {
    onEveryBackend(`descent() at a fixed rate is one pass of ${rule}() on the host, for ${sizes.loss}`, () => {
      const { errors, batch } = descend(sizes, { rule, rate: 0.3, learn: "nothing" });
      const errorOf = sizes.loss === "squared-error" ? sizes.loss : "misclassified" as const;
      const { steps, observations: perStep } = size;
      const expected = host(batch, { perStep, steps, rate: 0.3, passes: 1, errorOf }).errors;
      errors.forEach((tasks, k) =>
        tasks.forEach((error, task) => {
          if (rule === "adam" && k === 1) return; // every number moved by ± rate: classes tie, and rounding decides
          const there = expected[task * (steps + 1) + k]!;
          assertAlmostEquals(error, there, 1e-4 * (1 + there));
        })
      );
    }, { backends: ["cpu"] });
  }
}

onEveryBackend("descent() has for weights what it learns: θ⁰, the rate's logarithm, both or neither", () => {
  const namesOf = (learn: DescentSettings["learn"]): string[] => {
    const c = tinyRefinement({ ...descending, descent: { rule: "sgd", rate: 0.5, learn } });
    const weights = initialWeights(buildFor(c, familyOf(families[0]!)), 1);
    if ("descent.logRate" in weights) {
      assertAlmostEquals(weights["descent.logRate"]!.dataSync()[0]!, Math.log(0.5), 1e-6);
    }
    const names = Object.keys(weights).sort();
    tf.dispose(weights as tf.NamedTensorMap);
    return names;
  };
  assertEquals(namesOf("start+rate"), ["descent.logRate", "initial.state"]);
  assertEquals(namesOf("start"), ["initial.state"]);
  assertEquals(namesOf("rate"), ["descent.logRate"]);
  assertEquals(namesOf("nothing"), []);
}, { backends: ["cpu"] });
