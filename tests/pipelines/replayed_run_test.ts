import { assertEquals } from "@std/assert";
import { Effect } from "effect";
import { type LoadedRun, loadRun } from "../../mod.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";

const path = "fixtures/runs/regression_2d/best.safetensors";
const batches = Array.from({ length: 60 }, (_, k) => {
  const x = Array.from({ length: 8 }, (_, i) => [Math.sin(3 * i + k), Math.cos(5 * i - k)]);
  return { x, y: x.map(([a, b]) => [2 * a! - b! + k / 100]) };
});

/** The predictions after each mini-batch; `settle` comes after 40 of them. */
async function predictions(model: LoadedRun, settle: () => Promise<void>): Promise<number[][][]> {
  const all: number[][][] = [];
  let state = model.init();
  for (const [k, batch] of batches.entries()) {
    if (k === 40) await settle();
    const next = model.refine(state, batch); // never waits
    state.dispose();
    state = next;
    const tensor = model.predictTensor(state, [[1, 1], [0.5, -0.5]]);
    all.push((await tensor.array())[0]!);
    tensor.dispose();
  }
  state.dispose();
  return all;
}

for (const backend of ["wasm", "webgpu"] as const) {
  onEveryBackend(
    "LoadedRun.refine() and predictTensor() give the same numbers replayed, and dispose() frees what was recorded",
    async () => {
      const [eager, replayed] = [
        await loadRun(path, { device: "open", replay: "off" }),
        await loadRun(path, { device: "open", onRefused: (why) => Effect.die(why) }),
      ];
      assertEquals(eager.replay, undefined);
      const settled = async () => {
        for (let i = 0; i < 500 && replayed.replay!.recordings() < 1; i++) {
          await new Promise((resume) => setTimeout(resume, 20)); // webgpu records beside its caller
        }
      };
      const expected = await predictions(eager, () => Promise.resolve());
      await assertNoLeak(async () => assertEquals(await predictions(replayed, settled), expected));
      assertEquals(replayed.replay!.recordings(), 1); // refinements; too few predictions
      replayed.dispose();
      assertEquals(replayed.replay!.recordings(), 0);
      eager.dispose();
    },
    { backends: [backend], ...(backend === "wasm" ? { kernels: registerKernels } : {}) },
  );
}
