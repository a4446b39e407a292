import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Effect } from "effect";
import {
  chooseBandwidths,
  fieldErrors,
  gaussianFit,
  kernelDensity,
  resampledContext,
  type TaskBatch,
} from "../../../lib/evaluation/mod.ts";
import { keyFor } from "../../../lib/random/mod.ts";
import { mixtureField } from "../../../lib/tasks/mod.ts";
import { normals, uniforms } from "../../backends.ts";

const key = keyFor(1, "evaluation", 0);

function momentsOf(points: Float32Array, axis: number): { mean: number; deviation: number } {
  const values = points.filter((_, i) => i % 2 === axis);
  const mean = values.reduce((a, b) => a + b) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length) };
}

Deno.test("gaussianFit has the field of each axis by itself where axes do not correlate", () => {
  const [a, b] = [0.5, 2], seen = Float32Array.of(1 + a, 3 + b, 1 + a, 3 - b, 1 - a, 3 + b, 1 - a, 3 - b);
  const queries = Float32Array.of(0.3, -1, 0.2, 1, 2, 0.7, -2, 4, 0.99);
  const field = gaussianFit.field!(seen, queries, 2);
  [[1, a], [3, b]].forEach(([mean, std], axis) => {
    const alone = [0, 1, 2].flatMap((row) => [queries[3 * row + axis]!, queries[3 * row + 2]!]);
    mixtureField({ dimension: 1, means: [mean!], std: std! }, alone)
      .forEach((v, row) => assertAlmostEquals(field[2 * row + axis]!, v, 1e-3));
  });
});

Deno.test("gaussianFit and kernelDensity draw points as wide as they say, resampledContext points seen alone", () => {
  const seen = Float32Array.of(0, 1, 4, 1, 0, 7, 4, 7); // means 2 and 4, deviations 2 and 3
  const fitted = gaussianFit.draw(seen, key, 4000, 2), blurred = kernelDensity(1.5).draw(seen, key, 4000, 2);
  [[2, 2], [4, 3]].forEach(([mean, deviation], axis) => {
    const [fit, kernel] = [momentsOf(fitted, axis), momentsOf(blurred, axis)];
    assertAlmostEquals(fit.mean, mean!, 0.15);
    assertAlmostEquals(fit.deviation, deviation!, 0.1);
    assertAlmostEquals(kernel.deviation, Math.hypot(deviation!, 1.5), 0.1);
  });
  const again = resampledContext.draw(seen, key, 400, 2);
  const rows = new Set(Array.from({ length: 400 }, (_, i) => `${again[2 * i]},${again[2 * i + 1]}`));
  assertEquals([...rows].sort(), ["0,1", "0,7", "4,1", "4,7"]);
});

/** Tasks whose targets are the field of a kernel density, of this width, of all twelve points. */
function kernelTasks(width: number): TaskBatch {
  const sizes = { tasks: 3, observations: 12, queries: 5, features: 3, outputs: 2 };
  const [contextY, places] = normals(3, [3, 12, 2], [3, 5, 2]).map(({ data }) => data), next = uniforms(3);
  const queryX = Float32Array.from(
    { length: 45 },
    (_, i) => i % 3 === 2 ? next() : places![Math.floor(i / 3) * 2 + i % 3]!,
  );
  const queryY = new Float32Array(30);
  for (let task = 0; task < 3; task++) {
    const seen = contextY!.subarray(task * 24, (task + 1) * 24);
    queryY.set(kernelDensity(width).field!(seen, queryX.subarray(task * 15, (task + 1) * 15), 2), task * 10);
  }
  return { ...sizes, contextX: new Float32Array(108), contextY: contextY!, queryX, queryY };
}

Deno.test("fieldErrors() is 0 for the density that the targets are of, once it has all points", () => {
  const batch = kernelTasks(0.3),
    { errors, steps } = fieldErrors(batch, { perStep: 4, steps: 3 }, () => kernelDensity(0.3));
  assertEquals(steps, 3);
  for (let task = 0; task < 3; task++) {
    assert(Number.isNaN(errors[4 * task]!) && errors[4 * task + 2]! > 1e-3);
    assertEquals(errors[4 * task + 3], 0);
  }
});

Deno.test("chooseBandwidths() finds the width that made the targets, beyond its grid too", async () => {
  for (const width of [0.0566, 0.226 ** 2 / 0.16]) {
    const chosen = await Effect.runPromise(chooseBandwidths(kernelTasks(width), { perStep: 6, steps: 2 }));
    assertEquals(chosen.length, 2);
    assertAlmostEquals(chosen[1]!.chosen, width, 1e-9);
  }
});
