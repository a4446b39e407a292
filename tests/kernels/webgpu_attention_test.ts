import { assert, assertEquals } from "@std/assert";
import { rowsOfGroup, sharedRows, vectorsOf } from "../../lib/kernels/webgpu/attention_text.ts";
import { attentionInputs, attentionOf, maskKinds, maskOf, type Sizes } from "./_attention.ts";
import type { Input } from "./_wasm.ts";
import { assertNear, type RunKernel, withBothTilings } from "./_webgpu.ts";

/** One position; more than a group of 64 rows, which four do not divide; heads that no vector divides. */
const sizes: readonly Sizes[] = [
  { tasks: 2, positions: 1, heads: 1, head: 1 },
  { tasks: 2, positions: 70, heads: 2, head: 5 },
  { tasks: 1, positions: 33, heads: 2, head: 16 },
];

/** The kernel's output and gradient; what it saves for the gradient is handed on as it came. */
async function attend(
  kernel: RunKernel,
  { tasks, positions, heads, head }: Sizes,
  qkv: Input,
  mask: Input,
  dy: Input,
): Promise<[Float32Array, Float32Array]> {
  const [output, saved] = await kernel("AmortizeAttention", { qkv, mask }, { heads });
  const given = {
    output: { shape: [tasks, positions, heads * head], data: output! },
    saved: { shape: [tasks, heads, positions, 2], data: saved! },
  };
  const [gradient] = await kernel("AmortizeAttentionGradient", { qkv, mask, ...given, dy }, { heads });
  return [output!, gradient!];
}

withBothTilings("AmortizeAttention and its gradient equal plain loops, under any mask", async (kernel) => {
  for (const [s, size] of sizes.entries()) {
    const [qkv, dy] = attentionInputs(size, s);
    const kind = maskKinds[s % maskKinds.length]!, mask = maskOf(kind, s % 2 === 0 ? 1 : size.tasks, size.positions, s);
    const wanted = attentionOf(size, qkv, mask, dy), [output, gradient] = await attend(kernel, size, qkv, mask, dy);
    assertNear(`output ${s}`, output, wanted.output);
    assertNear(`gradient ${s}`, gradient, wanted.gradient);
  }
});

withBothTilings("AmortizeAttention stays right where logits reach thousands", async (kernel) => {
  const size = { tasks: 1, positions: 20, heads: 1, head: 4 }, [qkv, dy] = attentionInputs(size, 3);
  const large = { ...qkv, data: qkv.data.map((u, i) => i % 12 < 8 ? Math.round(40 * u) : u) }; // logits exact in float32
  const mask = maskOf("causal", 1, 20, 3), wanted = attentionOf(size, large, mask, dy);
  const [output, gradient] = await attend(kernel, size, large, mask, dy);
  assertNear("output", output, wanted.output);
  assertNear("gradient", gradient, wanted.gradient, 1e-5);
});

withBothTilings(
  "AmortizeAttention never reads what all rows mask, and gives 0 to rows that see nothing",
  async (kernel) => {
    const size = { tasks: 1, positions: 37, heads: 2, head: 5 }, [qkv, dy] = attentionInputs(size, 1);
    const only = {
      shape: [1, 37, 37],
      data: Uint8Array.from({ length: 37 * 37 }, (_, i) => +(i % 37 === 5 && i >= 74)),
    };
    const data = qkv.data.map((u, i) => Math.floor(i / 30) === 5 || i % 30 < 10 ? u : NaN); // keys, values of the others
    const [output, gradient] = await attend(kernel, size, { ...qkv, data }, only, dy);
    assertEquals(output.slice(0, 20), new Float32Array(20)); // rows 0 and 1 see nothing
    assert(output.slice(20).every((u, i) => u === data[5 * 30 + 20 + i % 10])); // others the value of position 5
    assert(gradient.every(Number.isFinite));
  },
);

withBothTilings("AmortizeAttention shares fewer rows where heads are wide", async (kernel) => {
  const size = { tasks: 1, positions: 20, heads: 1, head: 64 }, [qkv, dy] = attentionInputs(size, 4);
  const mask = maskOf("causal", 1, 20, 4), wanted = attentionOf(size, qkv, mask, dy);
  const [output, gradient] = await attend(kernel, size, qkv, mask, dy);
  assertNear("output", output, wanted.output);
  assertNear("gradient", gradient, wanted.gradient);
});

Deno.test("sharedRows() keeps all that a work-group shares within 16 KB, which every GPU has", () => {
  for (let head = 1; head <= 480; head++) {
    const size = { tasks: 1, positions: 100, heads: 1, head, shared: true }, rows = sharedRows(size);
    assert(rows >= 1 && rows <= rowsOfGroup);
    assert(rows * (2 * 16 * vectorsOf(size) + 3 * 4) <= 16_384, `head ${head}`);
  }
});
