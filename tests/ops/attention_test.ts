import fc from "fast-check";
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../../lib/errors/shape_mismatch.ts";
import { attention, attentionReference } from "../../lib/ops/mod.ts";
import {
  assertClose,
  assertFiniteDifferences,
  assertSameOp,
  normals,
  onEveryBackend,
  uniforms,
  valueAndGradients,
  type Values,
} from "../backends.ts";
import { few, seed, size } from "./_arbitraries.ts";

interface Case {
  readonly heads: number;
  readonly qkv: Values;
  readonly mask: { readonly shape: [number, number, number]; readonly visible: Uint8Array };
}

/** Shapes no tile divides, masks of any density (whole rows may see nothing), one for all tasks or one each. */
const cases: fc.Arbitrary<Case> = fc.record({
  seed,
  tasks: few,
  positions: size,
  heads: few,
  headWidth: fc.integer({ min: 1, max: 5 }),
  shared: fc.boolean(),
  density: fc.constantFrom(0.2, 0.6, 1),
}).map(({ seed, tasks, positions, heads, headWidth, shared, density }) => {
  const next = uniforms(seed);
  const masks = shared ? 1 : tasks;
  const visible = Uint8Array.from({ length: masks * positions * positions }, () => next() < density ? 1 : 0);
  const qkv = normals(seed, [tasks, positions, 3 * heads * headWidth])[0]!;
  return { heads, qkv, mask: { shape: [masks, positions, positions], visible } };
});

/** The op as a function of qkv alone; the mask's tensor lives while `run` runs. */
async function under(
  { mask, heads }: Case,
  run: (op: (qkv: tf.Tensor) => tf.Tensor, reference: (qkv: tf.Tensor) => tf.Tensor) => Promise<void>,
): Promise<void> {
  const tensor = tf.tensor3d(mask.visible, mask.shape, "bool");
  await run((qkv) => attention(qkv, tensor, heads), (qkv) => attentionReference(qkv, tensor, heads));
  tensor.dispose();
}

onEveryBackend("attention() equals its definition and finite differences", ({ runs: numRuns }) =>
  fc.assert(
    fc.asyncProperty(cases, (drawn) =>
      under(drawn, async (op, reference) => {
        await assertSameOp(op, reference, [drawn.qkv], { relative: 1e-5 });
        await assertFiniteDifferences(op, [drawn.qkv], { relative: 1e-2 });
      })),
    { numRuns },
  ));

onEveryBackend(
  "attention() gives what loops in double precision give, large logits included",
  ({ runs: numRuns }) =>
    fc.assert(
      fc.asyncProperty(cases, fc.constantFrom(1, 30, 1000), (drawn, scale) =>
        under(drawn, async (op) => {
          const qkv = { ...drawn.qkv, data: drawn.qkv.data.map((u) => scale * u) };
          const { value, gradients } = await valueAndGradients(op, [qkv]);
          // logits of size scale² carry float32's relative rounding into the weights
          assertClose("output", value, byLoops(qkv, drawn), { relative: 1e-5 + 1e-6 * Math.min(scale ** 2, 2e4) });
          assert(gradients[0]!.data.every(Number.isFinite), "gradients are finite");
        })),
      { numRuns },
    ),
);

function byLoops({ shape, data }: Values, { heads, mask }: Case): Values {
  const [tasks, positions, wide] = shape as [number, number, number];
  const [width, size] = [wide / 3, wide / 3 / heads];
  const output = new Float32Array(tasks * positions * width);
  const entry = (t: number, i: number, column: number): number => data[(t * positions + i) * wide + column]!;
  for (let t = 0; t < tasks; t++) {
    const offset = mask.shape[0] === 1 ? 0 : t * positions * positions;
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < positions; i++) {
        const seen = [...Array(positions).keys()].filter((j) => mask.visible[offset + i * positions + j] === 1);
        const logits = seen.map((j) => {
          let dot = 0;
          for (let c = 0; c < size; c++) dot += entry(t, i, h * size + c) * entry(t, j, width + h * size + c);
          return dot / Math.sqrt(size);
        });
        const exps = logits.map((u) => Math.exp(u - Math.max(...logits)));
        const total = exps.reduce((sum, e) => sum + e, 0);
        for (let c = 0; c < size; c++) {
          const sum = seen.reduce((sum, j, n) => sum + exps[n]! / total * entry(t, j, 2 * width + h * size + c), 0);
          output[(t * positions + i) * width + h * size + c] = sum;
        }
      }
    }
  }
  return { shape: [tasks, positions, width], data: output };
}

const [positions, width] = [5, 4];
const causal: Case = {
  heads: 2,
  qkv: normals(7, [1, positions, 3 * width])[0]!,
  mask: {
    shape: [1, positions, positions],
    visible: Uint8Array.from({ length: positions ** 2 }, (_, i) => i % positions <= Math.floor(i / positions) ? 1 : 0),
  },
};

onEveryBackend("attention() gives a hidden position a weight of exactly 0", () =>
  under(causal, async (op) => {
    const changed = { ...causal.qkv, data: causal.qkv.data.map((u, i) => i < 3 * 3 * width ? u : -9 * u) };
    const [before, after] = [await valueAndGradients(op, [causal.qkv]), await valueAndGradients(op, [changed])];
    assertEquals(after.value.data.slice(0, 3 * width), before.value.data.slice(0, 3 * width)); // bit for bit
    assertNotEquals(after.value.data.slice(3 * width), before.value.data.slice(3 * width));
  }));

onEveryBackend("attention() of a row that sees nothing is 0, with gradient 0", () => {
  const blind: Case = { ...causal, mask: { ...causal.mask, visible: causal.mask.visible.map(() => 0) } };
  return under(blind, async (op) => {
    const { value, gradients } = await valueAndGradients(op, [blind.qkv]);
    assert(value.data.every((u) => u === 0) && gradients[0]!.data.every((u) => u === 0));
  });
});

onEveryBackend("attention() refuses heads that do not divide the width, and masks of other tasks", () =>
  tf.tidy(() => {
    const [qkv, mask] = [tf.zeros([2, 3, 12]), tf.ones([1, 3, 3], "bool")];
    assertThrows(() => attention(qkv, mask, 3), ShapeMismatch, "heads");
    assertThrows(() => attention(qkv, mask, 0), ShapeMismatch, "heads");
    assertThrows(() => attention(qkv, tf.ones([3, 3, 3], "bool"), 2), ShapeMismatch, "attention(mask)");
    assertThrows(() => attention(qkv, tf.ones([3, 3], "bool"), 2), ShapeMismatch, "attention(mask)");
  }), { backends: ["cpu"] });
