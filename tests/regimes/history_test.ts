import { assert, assertEquals, assertInstanceOf, AssertionError } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { keyFor } from "../../lib/random/mod.ts";
import type { Candidates, RefineInput, Regime, State } from "../../lib/stages/regime.ts";
import { regimeOf } from "../../lib/regimes/regime_of.ts";
import { tinyRefinement } from "../_built.ts";

const family = { features: 2, outputs: 1, loss: "squared-error" } as const;

function regimeWith(history: number): Regime {
  const signal = { data: true, residual: false, gradient: "none" } as const;
  return regimeOf({ refinement: tinyRefinement({ mask: "non-causal", signal, history }), family, width: 8 });
}

/** A regime's state after these θ in turn, each told as the one candidate of a step. */
function after(regime: Regime, thetas: readonly number[]): { readonly states: number[][]; readonly theta: number[] } {
  return tf.tidy(() => {
    const weights = regime.init(keyFor(0, "initialisation", 0));
    let state: State = regime.start(weights, tf.zeros([1, 1, 2]));
    for (const theta of thetas) {
      const candidates: Candidates = { theta: tf.tensor3d([[[theta, -theta]]]) };
      state = regime.advance(candidates, { state, signal: {}, lengths: "all" } as unknown as RefineInput);
    }
    const rows = state["states"]!.squeeze<tf.Tensor2D>([0]).arraySync();
    return { states: rows, theta: Array.from(state["theta"]!.dataSync()) };
  });
}

function keepsTheLast(of: (history: number) => Regime) {
  const whole = fc.integer({ min: 1, max: 100 });
  return fc.property(fc.integer({ min: 1, max: 4 }), fc.array(whole, { minLength: 1, maxLength: 7 }), (m, thetas) => {
    const { states, theta } = after(of(m), thetas);
    // Before them the state was the initial one, and before that there was none: zeros both.
    const before = [...Array(m).fill(0), ...thetas.slice(0, -1)].slice(-m).toReversed();
    assertEquals(theta, [thetas.at(-1)!, -thetas.at(-1)!]);
    assertEquals(states, before.map((value) => [value, value === 0 ? 0 : -value]));
  });
}

Deno.test("a history of m keeps the m states before the current one, the newest first", async () => {
  await tf.setBackend("cpu");
  fc.assert(keepsTheLast(regimeWith), { numRuns: 50 });
});

Deno.test("that property fails where the history takes in the new state in place of the old one", async () => {
  await tf.setBackend("cpu");
  const mutant = (m: number): Regime => {
    const regime = regimeWith(m);
    return {
      ...regime,
      advance: (candidates, input) => {
        const theta = candidates["theta"]!.squeeze([1]);
        return regime.advance(candidates, { ...input, state: { ...input.state, theta } });
      },
    };
  };
  const { errorInstance } = fc.check(keepsTheLast(mutant), { numRuns: 50 });
  assertInstanceOf(errorInstance, AssertionError);
});

Deno.test("tokens tell each earlier state: another one changes the tokens of its place alone", async () => {
  await tf.setBackend("cpu");
  tf.tidy(() => {
    const regime = regimeWith(3), weights = regime.init(keyFor(0, "initialisation", 0));
    const batch = { x: tf.ones<tf.Rank.R3>([1, 3, 2]), y: tf.ones<tf.Rank.R3>([1, 3, 1]) };
    const tokensOf = (states: number[][]): number[][] => {
      const state = { theta: tf.zeros<tf.Rank.R2>([1, 2]), states: tf.tensor3d([states]) };
      const input = { weights, state, signal: {}, batch, lengths: "all", queryX: batch.x, step: 0 } as const;
      const { embedded, layout } = regime.encode(input);
      assertEquals(layout.lead, 4); // the state, and three earlier ones
      return embedded.squeeze<tf.Tensor2D>([0]).arraySync();
    };
    const [one, other] = [tokensOf([[1, 2], [3, 4], [5, 6]]), tokensOf([[1, 2], [3, 9], [5, 6]])];
    const changed = one.flatMap((token, i) => JSON.stringify(token) === JSON.stringify(other[i]) ? [] : [i]);
    assertEquals(changed, [2]);
    assert(one.length === 4 + 3);
  });
});
