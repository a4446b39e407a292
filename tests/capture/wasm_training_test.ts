import { assert, assertEquals } from "@std/assert";
import { backendBytes, tensorCount } from "../../lib/device/memory.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import type { Refinement } from "../../lib/regimes/settings.ts";
import { buildFor, tinyConfig, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";
import { assertAllSame } from "../properties/_values.ts";
import { kinds } from "../training/_flat_memory.ts";
import { trained } from "./_trained.ts";

/** Refinements beside those of every regime and mask: other signals, decoders and ways of unrolling. */
const more: readonly Partial<Refinement>[] = [
  { regime: "parametric", mask: "causal", signal: { data: true, residual: false, gradient: "per-observation" } },
  {
    regime: "parametric",
    mask: "causal",
    signal: { data: false, residual: true, gradient: "none" },
    update: "replace",
  },
  { regime: "explicit", mask: "causal", signal: { data: false, residual: true, gradient: "per-observation" } },
  {
    regime: "implicit",
    mask: "causal",
    implicitState: "softmax",
    signal: { data: true, residual: false, gradient: "none" },
  },
  { regime: "parametric", mask: "causal", detach: "never", lossSteps: "last" },
];

for (const [i, kind] of [...kinds, ...more].entries()) {
  const loss = kind.implicitState === "softmax" || i === 3 ? "cross-entropy" : "squared-error";
  onEveryBackend(`makeReplay() trains as the loop does, bit for bit: ${JSON.stringify(kind)}`, async () => {
    const iterations = i % 5 === 0 ? 50 : 16;
    const config = tinyConfig(tinyRefinement(kind), { shards: 2, iterations });
    const built = buildFor(config, familyOf({ loss, features: 3, outputs: 3 }));
    await assertNoLeak(async () => {
      const eager = await trained(built, config, { iterations, replays: false });
      const held: Record<string, number>[] = [];
      const replayed = await trained(built, config, {
        iterations,
        replays: true,
        onIteration: (i) => i >= iterations - 3 && held.push({ tensors: tensorCount(), bytes: backendBytes() }),
      });
      assertEquals(replayed.refused.map(({ message }) => message), []);
      assert(replayed.recordings > 0, "nothing was replayed");
      assertAllSame("weights", replayed.weights, eager.weights);
      assertAllSame("moments", replayed.moments, eager.moments);
      assertEquals(replayed.reports, eager.reports);
      for (const later of held) assertEquals(later, held[0]);
    });
  }, { backends: ["wasm"], kernels: registerKernels });
}
