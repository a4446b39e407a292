import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { Schema } from "effect";
import * as tf from "@tensorflow/tfjs";
import { Transformer, transformer } from "../../lib/model/transformer.ts";
import { keyFor } from "../../lib/random/mod.ts";
import { onEveryBackend } from "../backends.ts";

const sizes = { width: 4, layers: 2, heads: 2, feedForward: 3 };

/** Initial weights as numbers. */
function initial(seed: number, tied: Partial<Transformer> = {}): Record<string, Float32Array> {
  return tf.tidy(() => {
    const weights = transformer({ ...sizes, ...tied }).init(keyFor(seed, "initialisation", 0));
    return Object.fromEntries(
      Object.entries(weights).map(([name, tensor]) => [name, tensor.dataSync<"float32">().slice()]),
    ) as never;
  }) as unknown as Record<string, Float32Array>;
}

onEveryBackend("tiedAttention starts keys as queries, so many times larger, and changes no other bit", () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(0.5, 1, 2), (seed, factor) => {
      const [plain, tied] = [initial(seed), initial(seed, { tiedAttention: factor })];
      for (const [name, drawn] of Object.entries(plain)) {
        const expected = name.endsWith("qkv.weight")
          ? drawn.map((value, i) => {
            const column = i % (3 * sizes.width);
            if (column >= 2 * sizes.width) return value;
            return factor * drawn[i - column + column % sizes.width]!;
          })
          : drawn;
        assertEquals(tied[name], expected, name);
      }
      assertEquals(Object.keys(tied), Object.keys(plain));
    }),
    { numRuns: 30 },
  );
}, { backends: ["cpu"] });

onEveryBackend("tiedOutput starts the output as the values' transpose, and changes no other bit", () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(0.5, 1), (seed, factor) => {
      const [plain, tied] = [initial(seed), initial(seed, { tiedOutput: factor })];
      const { width } = sizes;
      for (const [name, drawn] of Object.entries(plain)) {
        const values = plain[name.replace("output.weight", "qkv.weight")]!;
        const expected = name.endsWith("attention.output.weight")
          ? drawn.map((_, i) => factor * values[(i % width) * 3 * width + 2 * width + Math.floor(i / width)]!)
          : drawn;
        assertEquals(tied[name], expected, name);
      }
    }),
    { numRuns: 30 },
  );
}, { backends: ["cpu"] });

onEveryBackend(
  "transformer() draws queries and keys for themselves unless tiedAttention is set, and outputs unless tiedOutput is",
  () => {
    const { tiedAttention, tiedOutput } = Schema.decodeSync(Transformer)({});
    assertEquals([tiedAttention, tiedOutput], [0, 0]);
    assertEquals(initial(3, { tiedAttention, tiedOutput } as Partial<Transformer>), initial(3));
  },
  { backends: ["cpu"] },
);
