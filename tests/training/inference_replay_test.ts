import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { backendBytes, tensorCount } from "../../lib/device/memory.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import type { Refinement } from "../../lib/regimes/settings.ts";
import { fromStep } from "../../lib/stages/from_step.ts";
import type { Regime } from "../../lib/stages/regime.ts";
import { initialWeights } from "../../lib/training/mod.ts";
import { buildFor, stagesOf, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";
import { cases } from "../properties/_cases.ts";
import { drawLengths, randomWeights } from "../properties/_runs.ts";
import { kinds } from "./_flat_memory.ts";
import { inferred, inferredReplayed, type Rounds } from "./_inferred.ts";

const onWasm = { backends: ["wasm"], kernels: registerKernels } as const;
const onWebgpu = { backends: ["webgpu"] } as const;
const bothWays: readonly (readonly ["wasm" | "webgpu", Parameters<typeof onEveryBackend>[2], Partial<Refinement>])[] = [
  ...kinds.map((kind) => ["wasm", onWasm, kind] as const),
  ...kinds.filter((_, i) => [0, 3, 5, 6].includes(i)).map((kind) => ["webgpu", onWebgpu, kind] as const),
  ["webgpu", { backends: ["webgpu"], kernels: registerKernels }, {}],
];

for (const [backend, options, kind] of bothWays) {
  onEveryBackend(`inferenceOf() replays what it runs, bit for bit: ${JSON.stringify(kind)}`, async () => {
    const refinement = tinyRefinement(kind);
    const built = buildFor(refinement, familyOf({ loss: "squared-error", features: 3, outputs: 1 }));
    const weights = [randomWeights(built, 1), randomWeights(built, 2)];
    const rounds = backend === "wasm" ? 8 : 6;
    const request: Rounds = { built, weights, rounds, steps: 4, observations: 3 };
    await assertNoLeak(async () => {
      const eager = await Effect.runPromise(inferred(request));
      const held: string[] = [];
      const onRound = () => held.push(`${tensorCount()} tensors, ${backendBytes()} bytes`);
      const { numbers, refused, recordings } = await inferredReplayed({ ...request, onRound });
      assertEquals(refused.map(({ message }) => message), []);
      assertEquals(recordings, 2); // a step, whatever its number, and a prediction
      assertEquals(numbers, eager);
      assertEquals(held.at(-1), held.at(-2));
    });
    tf.dispose(weights as tf.NamedTensorMap[]);
  }, options);
}

onEveryBackend("inferenceOf() replays every refinement that there can be, under visible lengths too", () =>
  fc.assert(
    fc.asyncProperty(cases(), async (c) => {
      const built = buildFor(c.refinement, familyOf(c.family), c.model), weights = [randomWeights(built, c.seed)];
      const drawn = drawLengths(c), { tasks, refinement: { observations } } = c;
      const lengths = () => drawn instanceof Int32Array ? "all" : drawn;
      const request: Rounds = { built, weights, rounds: 4, steps: 3, observations, tasks, lengths };
      const eager = await Effect.runPromise(inferred(request));
      const { numbers, refused, recordings } = await inferredReplayed(request, { after: 1 });
      assertEquals([refused.map(({ message }) => message), recordings], [[], 2]);
      assertEquals(numbers, eager);
      tf.dispose(weights as tf.NamedTensorMap[]);
    }),
    { numRuns: 30 },
  ), onWasm);

/** A pipeline whose states are moved by something made of k. */
function movedBy(
  change: (k: { readonly step: number; readonly by: "number" | "tensor" }) => number,
  declares: boolean,
) {
  const refinement = tinyRefinement(), family = familyOf({ loss: "squared-error", features: 3, outputs: 1 });
  const { model, stages: { regime } } = buildFor(refinement, family);
  const { stepAsTensor: _, ...rest } = regime;
  const moved: Regime = {
    ...rest,
    ...(declares ? { stepAsTensor: true } : {}),
    advance: (candidates, input) => {
      const next = regime.advance(candidates, input);
      const theta = next["theta"]!.add(fromStep(input, (step) => tf.scalar(change({ step, by: "tensor" }))))
        .mul(change({ step: input.step, by: "number" }));
      return { ...next, theta };
    },
  };
  return { family, model, stages: stagesOf(moved, refinement, family, model) };
}

onEveryBackend(
  "a replay records each step by itself for a regime that does not say how k enters, and finds one out that says what is not so",
  async () => {
    const change: Parameters<typeof movedBy>[0] = ({ step, by }) => by === "tensor" ? step : 1 + step;
    for (const declares of [false, true]) {
      const built = movedBy(change, declares), weights = [initialWeights(built, 1)];
      const request: Rounds = { built, weights, rounds: 4, steps: 3, observations: 3 };
      const eager = await Effect.runPromise(inferred(request));
      const { numbers, refused, recordings } = await inferredReplayed(request, { after: 1 });
      assertEquals(numbers, eager);
      assertEquals(recordings, declares ? 1 : 4); // predictions, and a step for each k
      assertEquals(refused.length, Number(declares)); // told once
      if (declares) assertStringIncludes(refused[0]!.message, "a refinement step: kernel");
      tf.dispose(weights as tf.NamedTensorMap[]);
    }
  },
  onWasm,
);

onEveryBackend(
  "a replay holds so many recordings, frees them with its scope, and is no worse for more sizes than these",
  async () => {
    const built = buildFor(tinyRefinement(), familyOf({ loss: "squared-error", features: 3, outputs: 1 }));
    const weights = [initialWeights(built, 1)];
    await assertNoLeak(async () => {
      const bytes: number[] = [];
      for (let repeat = 0; repeat < 3; repeat++) {
        for (const tasks of [1, 2, 3]) {
          const request: Rounds = { built, weights, rounds: 4, steps: 2, observations: 3, tasks };
          const { numbers, recordings } = await inferredReplayed(request, { after: 1, most: 1 });
          assertEquals(recordings, 1);
          assertEquals(numbers, await Effect.runPromise(inferred(request)));
        }
        bytes.push(backendBytes());
      }
      assertEquals(bytes[2], bytes[1]);
    });
    tf.dispose(weights as tf.NamedTensorMap[]);
  },
  onWasm,
);

onEveryBackend("a replay runs a pass that cannot be recorded as it is, and says why once", async () => {
  const refinement = tinyRefinement(), family = familyOf({ loss: "squared-error", features: 3, outputs: 1 });
  const built = buildFor(refinement, family), { regime } = built.stages;
  const reading: Regime = {
    ...regime,
    advance: (candidates, input) => {
      const next = regime.advance(candidates, input);
      return { ...next, theta: next["theta"]!.mul(next["theta"]!.sum().dataSync()[0]! > 0 ? 1 : -1) };
    },
  };
  const request: Rounds = {
    built: { ...built, stages: stagesOf(reading, refinement, family, built.model) },
    weights: [initialWeights(built, 1)],
    ...{ rounds: 4, steps: 2, observations: 3 },
  };
  await assertNoLeak(async () => {
    const { numbers, refused, recordings } = await inferredReplayed(request, { after: 1 });
    assertEquals(numbers, await Effect.runPromise(inferred(request)));
    assertEquals([refused.length, recordings], [1, 1]);
    assertStringIncludes(refused[0]!.message, "Cannot replay a refinement step");
    assert(!refused[0]!.message.includes("\n"));
  });
  tf.dispose(request.weights as tf.NamedTensorMap[]);
}, onWasm);
