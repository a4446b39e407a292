import { normals, uniforms } from "../backends.ts";
import type { Input } from "./_wasm.ts";

/** Sizes of attention. */
export interface Sizes {
  readonly tasks: number;
  readonly positions: number;
  readonly heads: number;
  /** Width of a head. */
  readonly head: number;
}

/** Kinds of masks: position i sees j ≤ i, all, a random set (sometimes nothing), or a prefix and itself. */
export const maskKinds = ["causal", "full", "random", "prefix"] as const;

/** A mask `[masks, positions, positions]`. */
export function maskOf(kind: typeof maskKinds[number], masks: number, positions: number, seed: number): Input {
  const next = uniforms(seed), data = new Uint8Array(masks * positions * positions);
  for (let row = 0; row < masks * positions; row++) {
    const i = row % positions, length = Math.floor(next() * positions), some = next();
    for (let j = 0; j < positions; j++) {
      const sees = { causal: j <= i, full: true, random: next() < some - 0.2, prefix: j < length || j === i }[kind];
      data[row * positions + j] = +sees;
    }
  }
  return { shape: [masks, positions, positions], data };
}

/** Random queries, keys, values and dy. */
export function attentionInputs({ tasks, positions, heads, head }: Sizes, seed: number): readonly [Input, Input] {
  const width = heads * head;
  return normals(seed, [tasks, positions, 3 * width], [tasks, positions, width]) as [Input, Input];
}

/** The output, and the gradient in qkv for dy, in double precision. */
export function attentionOf(
  { tasks, positions, heads, head }: Sizes,
  qkv: Input,
  mask: Input,
  dy: Input,
): { readonly output: Float64Array; readonly gradient: Float64Array } {
  const width = heads * head, wide = 3 * width;
  const output = new Float64Array(tasks * positions * width), gradient = new Float64Array(tasks * positions * wide);
  const at = (t: number, p: number, part: number, h: number): number =>
    (t * positions + p) * wide + part * width + h * head;
  const dot = (x: ArrayLike<number>, i: number, y: ArrayLike<number>, j: number): number => {
    let sum = 0;
    for (let d = 0; d < head; d++) sum += x[i + d]! * y[j + d]!;
    return sum;
  };
  for (let t = 0; t < tasks; t++) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < positions; i++) {
        const row = ((mask.shape[0] === 1 ? 0 : t) * positions + i) * positions,
          o = (t * positions + i) * width + h * head;
        const visible = [...Array(positions).keys()].filter((j) => mask.data[row + j] !== 0);
        const scores = visible.map((j) => dot(qkv.data, at(t, i, 0, h), qkv.data, at(t, j, 1, h)) / Math.sqrt(head));
        const most = Math.max(...scores), weights = scores.map((s) => Math.exp(s - most));
        const total = weights.reduce((a, b) => a + b, 0), p = weights.map((w) => w / total);
        const dp = visible.map((j) => dot(dy.data, o, qkv.data, at(t, j, 2, h)));
        const mean = p.reduce((sum, w, n) => sum + w * dp[n]!, 0);
        visible.forEach((j, n) => {
          const ds = p[n]! * (dp[n]! - mean) / Math.sqrt(head);
          for (let d = 0; d < head; d++) {
            output[o + d]! += p[n]! * qkv.data[at(t, j, 2, h) + d]!;
            gradient[at(t, j, 2, h) + d]! += p[n]! * dy.data[o + d]!;
            gradient[at(t, i, 0, h) + d]! += ds * qkv.data[at(t, j, 1, h) + d]!;
            gradient[at(t, j, 1, h) + d]! += ds * qkv.data[at(t, i, 0, h) + d]!;
          }
        });
      }
    }
  }
  return { output, gradient };
}
