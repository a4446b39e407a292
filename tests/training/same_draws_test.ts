import { assertEquals } from "@std/assert";
import { Effect } from "effect";
import type * as tf from "@tensorflow/tfjs";
import { openDevice } from "../../lib/device/mod.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { sampleTasks } from "../../lib/stages/task_sampling.ts";
import type { TaskFamily } from "../../lib/stages/task_family.ts";
import { disposeSample } from "../../lib/training/dispose_sample.ts";
import { initialWeights } from "../../lib/training/training_state.ts";
import { buildFor, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { assertClose, onEveryBackend, type Values } from "../backends.ts";

const sizes = { steps: 2, observations: 7, queries: 5, lengths: "all" } as const;
const request = { seed: 2026, split: "training", iteration: 41, range: { first: 1, count: 3 } };

/** What one family gives on the current backend: numbers as they were drawn, and others that were computed of them. */
interface Numbers {
  readonly drawn: Record<string, Values>;
  readonly derived: Record<string, Values>;
}

const linear = familyOf({ loss: "squared-error", features: 16, outputs: 1 });

async function valuesOf(tensors: Readonly<Record<string, tf.Tensor>>): Promise<Record<string, Values>> {
  const read = Object.entries(tensors).map(async ([name, tensor]) =>
    [name, { shape: tensor.shape, data: Float32Array.from(await tensor.data()) }] as const
  );
  return Object.fromEntries(await Promise.all(read));
}

/** Tasks of a family: x and what makes a task are drawn, y is computed. */
async function tasksOf(family: TaskFamily): Promise<Numbers> {
  const sampled = Effect.runSync(sampleTasks(family, sizes)(request));
  const pieces = [...sampled.batches, sampled.queries];
  const named = (part: "x" | "y") => Object.fromEntries(pieces.map((piece, k) => [`${part} ${k}`, piece[part]]));
  const drawn = await valuesOf({ ...named("x"), ...sampled.drawn as Record<string, tf.Tensor> });
  const derived = await valuesOf(named("y"));
  disposeSample(sampled);
  return { drawn, derived };
}

const all: Readonly<Record<string, () => Promise<Numbers>>> = {
  "linear regression": () => tasksOf(linear),
  "argmax classes": () => tasksOf(familyOf({ loss: "cross-entropy", features: 3, outputs: 4 })),
  "initial weights": async () => {
    const weights = initialWeights(buildFor(tinyRefinement({ regime: "explicit", decoder: "hyper" }), linear), 7);
    return { drawn: await valuesOf(weights), derived: {} };
  },
};

const onCpu = await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
  yield* openDevice("cpu");
  return yield* Effect.promise(() => Promise.all(Object.values(all).map((draw) => draw())));
})));

onEveryBackend(
  "sampleTasks() and initialWeights() draw the bits of every backend, and compute of them the same to 1e-6",
  async () => {
    for (const [i, [what, draw]] of Object.entries(all).entries()) {
      const { drawn, derived } = await draw(), expected = onCpu[i]!;
      for (const [name, { shape, data }] of Object.entries(expected.drawn)) {
        const found = drawn[name]!;
        assertEquals(found.shape, shape, `${what}: ${name}`);
        assertEquals(
          new Uint32Array(found.data.buffer),
          new Uint32Array(data.buffer as ArrayBuffer),
          `${what}: ${name}`,
        );
      }
      for (const [name, values] of Object.entries(expected.derived)) {
        assertClose(`${what}: ${name}`, derived[name]!, values, { relative: 1e-6, absolute: 0 });
      }
    }
  },
  { backends: ["wasm", "webgpu"], kernels: registerKernels },
);
