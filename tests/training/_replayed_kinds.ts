import { assertEquals } from "@std/assert";
import { refuse } from "../../lib/regimes/refuse.ts";
import type { Refinement } from "../../lib/regimes/settings.ts";
import { buildFor, tinyConfig, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { assertNoLeak } from "../backends.ts";
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

/** All kinds, those of one regime and mask together. */
export const replayedKinds: readonly (readonly Kind[])[] = pairs(regimes, masks).map(([regime, mask]) =>
  kindsOf(regime, mask)
).filter(({ length }) => length > 0);

/** Weights, moments and reports must agree after so many iterations; what replays work on is full of NaN at first. */
export async function assertReplays(kind: Kind, iterations: number): Promise<void> {
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
