import { assertEquals, assertInstanceOf } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../../lib/errors/shape_mismatch.ts";
import { maskCausal } from "../../lib/stages/mask_causal.ts";
import { maskNonCausal } from "../../lib/stages/mask_non_causal.ts";
import type { Layout, Lengths, Tokens } from "../../lib/stages/regime.ts";
import { onEveryBackend } from "../backends.ts";

const none: Layout = { lead: 0, observations: 0, perObservation: 1, summaries: 0, queries: 0 };

/** One line of ones and zeros per row; one text per task that the mask tells apart. */
function maskOf(masking: typeof maskCausal, layout: Partial<Layout>, lengths: Lengths, tasks = 1): string[][] {
  return tf.tidy(() => {
    const { mask } = Effect.runSync(masking(tokens({ ...none, ...layout }, lengths, tasks)));
    const [masks, positions] = mask.shape;
    assertEquals(mask.shape, [masks, positions, positions]);
    assertEquals(mask.dtype, "bool");
    const text = Array.from(mask.dataSync()).join("");
    const line = (task: number, row: number): string => {
      const start = (task * positions + row) * positions;
      return text.slice(start, start + positions);
    };
    const each = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
    return each(masks).map((task) => each(positions).map((row) => line(task, row))) as unknown as tf.TensorContainer;
  }) as unknown as string[][];
}

function tokens(layout: Layout, lengths: Lengths, tasks: number): Tokens {
  const { lead, observations, perObservation, summaries, queries } = layout;
  const embedded = tf.zeros<tf.Rank.R3>([tasks, lead + observations * perObservation + summaries + queries, 1]);
  return { embedded, layout, lengths, input: undefined as unknown as Tokens["input"] }; // masks never look at it
}

onEveryBackend("maskCausal() lets position n see the state and observations 1 … n", () => {
  assertEquals(maskOf(maskCausal, { lead: 1, observations: 3 }, "all"), [["1000", "1100", "1110", "1111"]]);
}, { backends: ["cpu"] });

onEveryBackend("maskCausal() lets state and history see each other, and nothing of the observations", () => {
  assertEquals(maskOf(maskCausal, { lead: 3, observations: 2 }, "all"), [
    ["11100", "11100", "11100", "11110", "11111"],
  ]);
}, { backends: ["cpu"] });

onEveryBackend("maskCausal() orders both tokens of an observation before the next", () => {
  assertEquals(maskOf(maskCausal, { lead: 1, observations: 2, perObservation: 2 }, "all"), [
    ["10000", "11000", "11100", "11110", "11111"],
  ]);
}, { backends: ["cpu"] });

onEveryBackend("maskCausal() lets each query see its own n and itself, task by task", () => {
  const layout = { observations: 3, queries: 2 };
  assertEquals(maskOf(maskCausal, layout, Int32Array.of(1, 3, 2, 2), 2), [
    ["10000", "11000", "11100", "10010", "11101"],
    ["10000", "11000", "11100", "11010", "11001"],
  ]);
  assertEquals(maskOf(maskCausal, layout, 2, 2), [["10000", "11000", "11100", "11010", "11001"]]);
  assertEquals(maskOf(maskCausal, layout, "all", 2), [["10000", "11000", "11100", "11110", "11101"]]);
}, { backends: ["cpu"] });

onEveryBackend("maskNonCausal() lets state and visible observations see each other, and nobody the padding", () => {
  for (const lengths of [2, Int32Array.of(2)]) {
    assertEquals(maskOf(maskNonCausal, { lead: 1, observations: 3 }, lengths), [["1110", "1110", "1110", "1110"]]);
  }
  assertEquals(maskOf(maskNonCausal, { lead: 2, observations: 2 }, "all"), [["1111", "1111", "1111", "1111"]]);
}, { backends: ["cpu"] });

onEveryBackend(
  "maskNonCausal() shows the mean gradient to everybody, and whole observations or nothing of them",
  () => {
    assertEquals(maskOf(maskNonCausal, { lead: 1, observations: 2, summaries: 1 }, 1), [[
      "1101",
      "1101",
      "1101",
      "1101",
    ]]);
    const alone = { lead: 1, observations: 2, perObservation: 0, summaries: 1 };
    assertEquals(maskOf(maskNonCausal, alone, 1), [["11", "11"]]);
    const both = { lead: 1, observations: 2, perObservation: 2 };
    assertEquals(maskOf(maskNonCausal, both, 1), [["11100", "11100", "11100", "11100", "11100"]]);
  },
  { backends: ["cpu"] },
);

onEveryBackend("maskNonCausal() lets queries see the visible observations and themselves", () => {
  assertEquals(maskOf(maskNonCausal, { observations: 2, queries: 2 }, 1), [["1000", "1000", "1010", "1001"]]);
  assertEquals(maskOf(maskNonCausal, { observations: 2, queries: 2 }, "all"), [["1100", "1100", "1110", "1101"]]);
}, { backends: ["cpu"] });

onEveryBackend("maskCausal() and maskNonCausal() hide a query from itself where the layout says so", () => {
  const layout = { observations: 2, queries: 2, queriesAttendSelf: false };
  assertEquals(maskOf(maskCausal, layout, Int32Array.of(1, 2)), [["1000", "1100", "1000", "1100"]]);
  assertEquals(maskOf(maskNonCausal, layout, 1), [["1000", "1000", "1000", "1000"]]);
}, { backends: ["cpu"] });

onEveryBackend("maskCausal() and maskNonCausal() fail when there is no observation", () => {
  tf.tidy(() => {
    for (const masking of [maskCausal, maskNonCausal]) {
      const error = Effect.runSync(Effect.flip(masking(tokens({ ...none, lead: 1 }, "all", 1))));
      assertInstanceOf(error, ShapeMismatch);
      assertEquals(error.expected, "tokens of at least one observation");
    }
  });
}, { backends: ["cpu"] });

onEveryBackend("maskNonCausal() fails when queries want lengths of their own", () => {
  tf.tidy(() => {
    const given = tokens({ ...none, observations: 2, queries: 2 }, Int32Array.of(1, 2), 1);
    const error = Effect.runSync(Effect.flip(maskNonCausal(given)));
    assertInstanceOf(error, ShapeMismatch);
    assertEquals(error.expected, "one visible length for all tasks and queries");
  });
}, { backends: ["cpu"] });
