import { registerKernels } from "../../lib/kernels/mod.ts";
import { onEveryBackend } from "../backends.ts";
import { assertReplays, replayedKinds } from "../training/_replayed_kinds.ts";

for (const kinds of replayedKinds) {
  const { regime, mask } = kinds[0]!;
  onEveryBackend(
    `${regime} ${mask} states are trained replayed as eagerly, with every signal, over 50 iterations`,
    async () => {
      for (const kind of kinds) await assertReplays(kind, 50);
    },
    { backends: ["webgpu"], kernels: registerKernels },
  );
}
