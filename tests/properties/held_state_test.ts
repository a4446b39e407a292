import fc from "fast-check";
import type * as tf from "@tensorflow/tfjs";
import type { State } from "../../lib/stages/regime.ts";
import { onCpu, onHosts } from "./_backends.ts";
import { type Case, cases } from "./_cases.ts";
import { drawLoopInput, honestLoop, type Loop, undetached } from "./_loops.ts";
import { assertCatches } from "./_mutants.ts";
import { honest, type Mutant, mutateRegime, type Prepared, withCase, withRegime } from "./_runs.ts";
import { assertAllSame, readAll, tensorsOf } from "./_values.ts";

const severalSteps = cases({ only: (c) => c.refinement.steps > 1 });

/** (g) s^k may be replaced by the same numbers from elsewhere: values and gradients keep their bits. */
function numbersAreAllThatPasses(
  loop: Loop,
  mutant: Mutant = honest,
  arbitrary = severalSteps,
): fc.IProperty<[Case]> {
  return fc.property(arbitrary, (c) =>
    withCase(c, mutant, (prepared) => {
      const input = drawLoopInput(prepared);
      const before = loop(prepared, input);
      const after = loop({ ...prepared, stages: fromElsewhere(prepared) }, input);
      assertAllSame("losses", readAll({ all: after.losses }), readAll({ all: before.losses }));
      assertAllSame("gradients", readAll(after.gradients), readAll(before.gradients));
    }));
}

/** Each new state is read to the host and made anew. */
function fromElsewhere(prepared: Prepared): Prepared["stages"] {
  const { advance } = prepared.stages.regime;
  const made = withRegime(prepared, () => ({
    ...prepared.stages.regime,
    advance: (...at) => tensorsOf(readAll(advance(...at))),
  }));
  return made.stages;
}

/** A regime that remembers of its own states what their numbers do not say. */
const remembers = mutateRegime(({ advance, encode }) => {
  const seen = new WeakSet<tf.Tensor>();
  const first = (state: State): tf.Tensor => Object.values(state)[0]!;
  return {
    advance: (...at) => {
      const next = advance(...at);
      seen.add(first(next));
      return next;
    },
    encode: (input) => {
      const { embedded, layout } = encode(input);
      return { embedded: embedded.mul<tf.Tensor3D>(seen.has(first(input.state)) ? 1.5 : 1), layout };
    },
  };
});

onHosts("refineGreedily() passes from step to step nothing but numbers", (numRuns) => {
  fc.assert(numbersAreAllThatPasses(honestLoop), { numRuns });
}, 40);

onCpu("that property fails when gradients or memories pass too", () => {
  assertCatches(numbersAreAllThatPasses(undetached));
  assertCatches(numbersAreAllThatPasses(honestLoop, remembers));
});
