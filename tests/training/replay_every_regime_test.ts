import { assertEquals } from "@std/assert";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { refuse } from "../../lib/regimes/refuse.ts";
import type { Refinement } from "../../lib/regimes/settings.ts";
import { buildFor, tinyConfig, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";
import { trained } from "../capture/_trained.ts";
import { assertAllSame } from "../properties/_values.ts";

type Kind = Pick<Refinement, "regime" | "mask" | "signal">;

const sizes = { loss: "squared-error", features: 3, outputs: 1 } as const;

/** What each of some words can be beside each of others. */
function pairs<A, B>(all: readonly A[], others: readonly B[]): (readonly [A, B])[] {
  return all.flatMap((one) => others.map((other) => [one, other] as const));
}

const regimes = ["parametric", "explicit", "implicit", "descent"] as const, masks = ["causal", "non-causal"] as const;
const gradients = ["none", "mean", "prefix-mean", "per-observation"] as const;

/** Every signal that makes sense with a regime and a mask. */
function kindsOf(regime: Kind["regime"], mask: Kind["mask"]): Kind[] {
  return pairs(pairs([true, false], [true, false]), gradients)
    .map(([[data, residual], gradient]): Kind => ({ regime, mask, signal: { data, residual, gradient } }))
    .filter((kind) => refuse(tinyRefinement(kind), sizes) === undefined);
}

const groups = pairs(regimes, masks).map(([regime, mask]) => kindsOf(regime, mask)).filter(({ length }) => length > 0);

Deno.test("refuse() leaves 47 kinds of regime, signal and mask, all of which the tests below replay", () =>
  assertEquals(groups.flat().length, 47));

for (const kinds of groups) {
  const { regime, mask } = kinds[0]!;
  const title = `makeReplay() trains ${regime} ${mask} states as the loop does, bit for bit, with every signal, ` +
    "over 50 iterations";
  onEveryBackend(title, async () => {
    for (const kind of kinds) await assertReplays(kind, 50);
  }, { backends: ["wasm"], kernels: registerKernels });
}

/** A software GPU cannot afford 50 of each: so many that each is recorded and replayed, whatever lengths are drawn. */
function affordable(kind: Kind): number {
  const isLong = [groups[0]![0], groups[4]![0]].includes(kind); // parametric causal, implicit causal
  return isLong ? 50 : 4;
}

// One device for all, since compiling takes such a GPU longer than running.
onEveryBackend(
  "makeReplay() trains states of every regime and mask as steps without it do, bit for bit, with every signal: a " +
    "parametric and an implicit one over 50 iterations, the others over 4",
  async () => {
    for (const kind of groups.flat()) await assertReplays(kind, affordable(kind));
  },
  { backends: ["webgpu"], kernels: registerKernels },
);

/** Weights, moments and reports must agree after so many iterations; what replays work on is full of NaN at first. */
async function assertReplays(kind: Kind, iterations: number): Promise<void> {
  const what = JSON.stringify(kind), config = tinyConfig(tinyRefinement(kind), { tasks: 2, iterations });
  const built = buildFor(config, familyOf(sizes));
  await assertNoLeak(async () => {
    const eager = await trained(built, config, { iterations, replays: false });
    const replayed = await trained(built, config, { iterations, replays: true });
    assertEquals(replayed.refused.map(({ message }) => message), [], what);
    assertEquals(replayed.recordings, 1, what); // whatever lengths are drawn
    assertAllSame(`${what}: weights`, replayed.weights, eager.weights);
    assertAllSame(`${what}: moments`, replayed.moments, eager.moments);
    assertEquals(replayed.reports, eager.reports, what);
  });
}
