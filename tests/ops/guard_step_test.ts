import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../../lib/errors/shape_mismatch.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { type GuardSettings, guardStep, guardStepReference, type StepToGuard } from "../../lib/ops/mod.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";
import fc from "../fast_check.ts";

/** The numbers of a step. */
interface Numbers {
  readonly losses: readonly number[];
  readonly norm: number;
  readonly halted: number;
}

const factors = [1, 2, 3, 4, 5, 6, 7, 8], means = (count: number) => Array.from({ length: count }, (_, i) => i + 0.5);

function stepOf({ losses, norm, halted }: Numbers): StepToGuard {
  return {
    losses: tf.tensor2d([...losses], [1, losses.length]),
    norm: tf.scalar(norm),
    factors: tf.tensor1d(factors),
    lossMeans: tf.tensor2d(means(losses.length), [1, losses.length]),
    halted: tf.tensor1d([halted]),
  };
}

/** Factors, means, halted and report, in one row. */
function expected({ losses, norm, halted }: Numbers, { shards, clip, decay }: GuardSettings): number[] {
  const own = losses.map((loss) => loss / shards), size = norm / shards;
  const goesOn = [...own, size].every(Number.isFinite) && halted === 0;
  const scale = goesOn ? (clip > 0 && size > clip ? clip / size : 1) / shards : 0;
  const moved = means(own.length).map((mean, i) => goesOn ? decay * mean + (1 - decay) * own[i]! : mean);
  return [...factors.slice(0, 7), scale, ...moved, goesOn ? 0 : 1, ...own, size, goesOn ? 0 : 1];
}

const numbers = fc.record({
  losses: fc.array(fc.integer({ min: 0, max: 4000 }).map((x) => x / 64), { minLength: 1, maxLength: 130 }),
  norm: fc.integer({ min: 1, max: 8000 }).map((x) => x / 16),
  halted: fc.constantFrom(0, 0, 0, 1),
  odd: fc.constantFrom(undefined, undefined, NaN, Infinity, -Infinity),
  where: fc.nat(),
}).map(({ losses, norm, halted, odd, where }): Numbers => {
  const at = where % (losses.length + 1);
  if (odd === undefined) return { losses, norm, halted };
  return { losses: losses.map((x, i) => i === at ? odd : x), norm: at === losses.length ? odd : norm, halted };
});
const settings = fc.record({
  shards: fc.constantFrom(1, 2, 8),
  clip: fc.constantFrom(0, 1, 100),
  decay: fc.constantFrom(0.98, 0.5),
});

const stock = { title: "", options: {} };
const own = { title: " by its kernel", options: { backends: ["webgpu"], kernels: registerKernels } } as const;

for (const { title, options } of [stock, own]) {
  onEveryBackend(
    `guardStep() clips, averages, and stops for good at a number that is not finite${title}`,
    ({ runs }) =>
      assertNoLeak(() =>
        fc.assert(
          fc.asyncProperty(numbers, settings, async (drawn, settings) => {
            const given = stepOf(drawn), { factors, lossMeans, halted, report } = guardStep(given, settings);
            const all = tf.tidy(() => tf.concat([factors, lossMeans.as1D(), halted, report])),
              data = await all.data<"float32">();
            const values = expected(drawn, settings);
            assertEquals(data.length, values.length);
            for (const [i, value] of values.entries()) {
              if (!Object.is(data[i], value)) {
                assertAlmostEquals(data[i]!, value, 2e-7 * Math.abs(value), `number ${i}`);
              }
            }
            tf.dispose([given.losses, given.norm, given.factors, factors, lossMeans, halted, report, all]);
          }),
          { numRuns: runs },
        )
      ),
    options,
  );
}

onEveryBackend("guardStepReference() disposes nothing, and guardStep() says which shape is wrong", () => {
  const given = stepOf({ losses: [1, 2], norm: 1, halted: 0 });
  tf.dispose(guardStepReference(given, { shards: 1, clip: 1, decay: 0.9 }) as unknown as tf.NamedTensorMap);
  assertEquals(Object.values(given).map((tensor: tf.Tensor) => tensor.isDisposed), Array(5).fill(false));
  const wrong = { ...given, factors: tf.tensor1d([1]) };
  assertThrows(() => guardStep(wrong, { shards: 1, clip: 1, decay: 0.9 }), ShapeMismatch, "factors");
  tf.dispose({ ...given, other: wrong.factors } as unknown as tf.NamedTensorMap);
}, { backends: ["cpu"] });
