import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { attentionInputs, attentionOf, maskKinds, maskOf, type Sizes } from "./_attention.ts";
import { assertClose, few, forAll, type Input, runKernel, seed, size, withAndWithoutBlas } from "./_wasm.ts";

const kind = fc.constantFrom(...maskKinds);
const headWidth = fc.integer({ min: 1, max: 20 });

/** The kernel's output and gradient; what it saves for the gradient is handed on as it came. */
function attend(
  { tasks, positions, heads, head }: Sizes,
  qkv: Input,
  mask: Input,
  dy: Input,
): [Float32Array, Float32Array] {
  const [output, saved] = runKernel("AmortizeAttention", { qkv, mask }, { heads });
  const shape = [tasks, positions, heads * head], savedShape = [tasks, heads, positions, -1];
  savedShape[3] = saved!.length / (tasks * heads * positions);
  const given = { qkv, mask, output: { shape, data: output! }, saved: { shape: savedShape, data: saved! }, dy };
  return [output!, runKernel("AmortizeAttentionGradient", given, { heads })[0]!];
}

withAndWithoutBlas(
  "AmortizeAttention and its gradient equal plain loops",
  () =>
    forAll([few, size, few, headWidth, kind, fc.boolean(), seed], (tasks, positions, heads, head, kind, shared, s) => {
      const sizes = { tasks, positions, heads, head }, [qkv, dy] = attentionInputs(sizes, s);
      const mask = maskOf(kind, shared ? 1 : tasks, positions, s), wanted = attentionOf(sizes, qkv, mask, dy);
      const [output, gradient] = attend(sizes, qkv, mask, dy);
      assertClose(output, wanted.output, 1e-5, "output");
      assertClose(gradient, wanted.gradient, 5e-5, "gradient");
    }, 20),
);

withAndWithoutBlas(
  "AmortizeAttention gives the same bits whatever finite numbers masked positions hold",
  () =>
    forAll([size, few, headWidth, fc.constantFrom("causal", "prefix"), seed], (positions, heads, head, kind, s) => {
      const sizes = { tasks: 2, positions, heads, head }, wide = 3 * heads * head, n = s % positions;
      const [qkv] = attentionInputs(sizes, s), mask = maskOf(kind as "causal", 1, positions, s);
      const changed = { ...qkv, data: qkv.data.slice() }; // everything after n, up to where products overflow
      for (let t = 0; t < 2; t++) {
        changed.data.fill(1e38 * (s % 3 - 1), (t * positions + n + 1) * wide, (t + 1) * positions * wide);
      }
      const [before] = runKernel("AmortizeAttention", { qkv, mask }, { heads });
      const [after] = runKernel("AmortizeAttention", { qkv: changed, mask }, { heads });
      const width = heads * head,
        blind = (i: number) => mask.data.subarray(i * positions + n + 1, (i + 1) * positions).every((b) => b === 0);
      for (let i = 0; i <= n; i++) {
        if (!blind(i)) {
          continue;
        }
        for (const t of [0, 1]) {
          const at = (t * positions + i) * width;
          assertEquals(after!.slice(at, at + width), before!.slice(at, at + width));
        }
      }
    }),
);

withAndWithoutBlas(
  "AmortizeAttentionGradient of hidden positions is 0, even where their values overflow products",
  () => {
    const sizes = { tasks: 1, positions: 37, heads: 2, head: 5 }, [qkv, dy] = attentionInputs(sizes, 1);
    const mask = { shape: [1, 37, 37], data: maskOf("full", 1, 37, 1).data.map((_, i) => +(i % 37 !== 5)) };
    qkv.data.fill(3e38, 5 * 30 + 10, 6 * 30); // keys and values of position 5, which nobody sees
    const [output, gradient] = attend(sizes, qkv, mask, dy);
    assert(output.every(Number.isFinite) && gradient.every(Number.isFinite));
    assertEquals(gradient.slice(5 * 30 + 10, 6 * 30).map(Math.abs), new Float32Array(20));
  },
);

withAndWithoutBlas("AmortizeAttention of a row that sees nothing is 0, and so is its gradient", () => {
  const sizes = { tasks: 2, positions: 9, heads: 1, head: 3 }, [qkv, dy] = attentionInputs(sizes, 2);
  const [output, gradient] = attend(sizes, qkv, { shape: [1, 9, 9], data: new Uint8Array(81) }, dy);
  assertEquals([output, gradient], [new Float32Array(54), new Float32Array(162)]);
});

withAndWithoutBlas("AmortizeAttention lets NaN through to the rows that see it", () => {
  const sizes = { tasks: 1, positions: 6, heads: 1, head: 2 }, [qkv, dy] = attentionInputs(sizes, 3);
  qkv.data[3 * 6 + 2] = NaN; // a key of position 3
  const [output, gradient] = attend(sizes, qkv, maskOf("causal", 1, 6, 0), dy);
  assertEquals([...output].map(Number.isNaN), [...Array(12).keys()].map((i) => i >= 6));
  assert(gradient.some(Number.isNaN));
});
