import { assertEquals } from "@std/assert";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { onEveryBackend } from "../backends.ts";
import { assertReplays, replayedKinds } from "./_replayed_kinds.ts";

Deno.test("refuse() leaves 47 kinds of regime, signal and mask, all of which are replayed by tests", () =>
  assertEquals(replayedKinds.flat().length, 47));

for (const kinds of replayedKinds) {
  const { regime, mask } = kinds[0]!;
  const title = `makeReplay() trains ${regime} ${mask} states as the loop does, bit for bit, with every signal, ` +
    "over 50 iterations";
  onEveryBackend(title, async () => {
    for (const kind of kinds) await assertReplays(kind, 50);
  }, { backends: ["wasm"], kernels: registerKernels });
}

// One device for all, since compiling takes a software GPU longer than running. `deno task test:soak` takes all kinds.
onEveryBackend(
  "makeReplay() trains states of every regime and mask as steps without it do, bit for bit, with the first and the last " +
    "of their signals",
  async () => {
    for (const kinds of replayedKinds) {
      for (const kind of new Set([kinds[0]!, kinds.at(-1)!])) await assertReplays(kind, 4);
    }
  },
  { backends: ["webgpu"], kernels: registerKernels },
);
