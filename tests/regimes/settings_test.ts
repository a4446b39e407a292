import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import { type Refusal, refuse } from "../../lib/regimes/refuse.ts";
import { type Refinement, signalOf } from "../../lib/regimes/settings.ts";
import { localGradients } from "../../lib/training/shards.ts";
import { trainIteration } from "../../lib/training/train_iteration.ts";
import { disposeTrainingState, initialTrainingState } from "../../lib/training/training_state.ts";
import { buildFor, tinyConfig, tinyRefinement } from "../_built.ts";
import { familyOf, type FamilySizes } from "../_families.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";

const regression: FamilySizes = { loss: "squared-error", features: 2, outputs: 1 };
const classes: FamilySizes = { loss: "cross-entropy", features: 2, outputs: 2 };

const off = { data: false, residual: false, gradient: "none" } as const;
const data = { ...off, data: true };

const descending = {
  regime: "descent",
  mask: "non-causal",
  signal: { ...off, gradient: "mean" },
} as const;

interface Refused {
  readonly settings: Partial<Refinement>;
  readonly path: string;
  /** Words of the reason. */
  readonly why: string;
  readonly family?: FamilySizes;
}

const refused: Readonly<Record<string, Refused>> = {
  "a signal that says nothing": { settings: { signal: off }, path: "signal", why: "learns nothing of the task" },
  "an implicit state without data": {
    settings: { regime: "implicit", signal: { ...off, residual: true } },
    path: "signal",
    why: "use signal=data",
  },
  "an implicit state with residuals": {
    settings: { regime: "implicit", signal: { ...data, residual: true } },
    path: "signal",
    why: "belongs to a query",
  },
  "an implicit state with gradients": {
    settings: { regime: "implicit", signal: { ...data, gradient: "prefix-mean" } },
    path: "signal",
    why: "no task parameter",
  },
  "a causal mask with the mean over all gradients": {
    settings: { signal: { ...off, gradient: "mean" } },
    path: "signal.gradient",
    why: "what comes after it",
  },
  "a non-causal mask with prefix means": {
    settings: { mask: "non-causal", signal: { ...off, gradient: "prefix-mean" } },
    path: "signal.gradient",
    why: "depend on the order",
  },
  "a span decoder for a latent": {
    settings: { regime: "explicit", decoder: "span" },
    path: "decoder",
    why: "for the parametric regime",
  },
  "a span decoder for queries": {
    settings: { regime: "implicit", signal: data, decoder: "span" },
    path: "decoder",
    why: "for the parametric regime",
  },
  "a hyper decoder for θ": { settings: { decoder: "hyper" }, path: "decoder", why: "for the explicit regime" },
  "a hyper decoder for queries": {
    settings: { regime: "implicit", signal: data, decoder: "hyper" },
    path: "decoder",
    why: "for the explicit regime",
  },
  "a span decoder without a token per observation": {
    settings: { mask: "non-causal", decoder: "span", signal: { ...off, gradient: "mean" } },
    path: "decoder",
    why: "one token per observation",
  },
  "a gradient step without a span decoder": { settings: { gradientStep: 0.9 }, path: "gradientStep", why: "span" },
  "queries that look at nothing of their own where there are none": {
    settings: { queriesAttendSelf: false },
    path: "queriesAttendSelf",
    why: "the implicit regime's",
  },
  "a decoder of states tied to labels": { settings: { tiedDecoder: 1 }, path: "tiedDecoder", why: "implicit decoder" },
  "scaled labels that no token shows": {
    settings: { signal: { ...off, residual: true }, labelScale: 3 },
    path: "labelScale",
    why: "with the signal's data alone",
  },
  "several state tokens under a causal mask": { settings: { stateTokens: 2 }, path: "stateTokens", why: "non-causal" },
  "several state tokens of queries": {
    settings: { regime: "implicit", mask: "non-causal", signal: data, stateTokens: 2 },
    path: "stateTokens",
    why: "parametric or explicit",
  },
  "several state tokens for a span decoder": {
    settings: { mask: "non-causal", decoder: "span", stateTokens: 2 },
    path: "stateTokens",
    why: "flat or hyper decoder",
  },
  "a θ that does not spread over its tokens": {
    settings: { mask: "non-causal", stateTokens: 3 },
    path: "stateTokens",
    why: "a state of 2 numbers does not spread evenly over 3 tokens",
  },
  "a latent that does not spread over its tokens": {
    settings: { regime: "explicit", mask: "non-causal", stateTokens: 3 },
    path: "stateTokens",
    why: "a state of 4 numbers does not spread evenly over 3 tokens",
  },
  "a history of queries' states": {
    settings: { regime: "implicit", signal: data, history: 1 },
    path: "history",
    why: "use history=0",
  },
  "probabilities of real numbers": {
    settings: { regime: "implicit", signal: data, implicitState: "softmax" },
    path: "implicitState",
    why: "use logits (the plain prediction) or hidden",
  },
  "a query's state where the state is a task's": {
    settings: { implicitState: "hidden" },
    path: "implicitState",
    why: "use implicitState=logits",
  },
  "a mean where queries look": {
    settings: { regime: "implicit", signal: data, aggregate: "mean" },
    path: "aggregate",
    why: "use attention",
  },
  "a mean where the span decoder reads": {
    settings: { decoder: "span", aggregate: "mean" },
    path: "aggregate",
    why: "the span decoder",
  },
  "greedy steps through the signal": {
    settings: { throughSignal: true },
    path: "throughSignal",
    why: "set detach=never",
  },
  "the second order of a latent": {
    settings: { regime: "explicit", detach: "never", throughSignal: true },
    path: "throughSignal",
    why: "closed form",
  },
  "the second order of a query's prediction": {
    settings: { regime: "implicit", signal: data, detach: "never", throughSignal: true },
    path: "throughSignal",
    why: "use parametric or descent",
  },
  "greedy steps that learn from the last loss": {
    settings: { lossSteps: "last" },
    path: "lossSteps",
    why: "set detach=never",
  },
  "descent along anything but the mean gradient": {
    settings: { regime: "descent", mask: "non-causal" },
    path: "signal",
    why: "use signal=grad",
  },
  "descent under a causal mask": {
    settings: { regime: "descent", signal: { ...off, gradient: "prefix-mean" } },
    path: "signal",
    why: "mask=non-causal",
  },
  "descent that replaces θ": {
    settings: { ...descending, update: "replace" },
    path: "regime",
    why: "use update=residual",
  },
};

for (const [what, { settings, path, why, family = regression }] of Object.entries(refused)) {
  Deno.test(`refuse() refuses ${what} and says why`, () => {
    const refusal = refuse(tinyRefinement(settings), family) as Refusal;
    assert(refusal !== undefined, "nothing was refused");
    assertEquals(refusal.path.join("."), path);
    assertStringIncludes(refusal.issue, why);
  });
}

Deno.test("refuse() lets probabilities of classes pass", () => {
  const settings = tinyRefinement({ regime: "implicit", signal: data, implicitState: "softmax" });
  assertEquals(refuse(settings, classes), undefined);
});

Deno.test("refuse() lets greedy and unrolled descent pass, of the first and of the second order", () => {
  const never = { ...descending, detach: "never", lossSteps: "last" } as const;
  for (const c of [descending, never, { ...never, throughSignal: true }]) {
    assertEquals(refuse(tinyRefinement(c), classes), undefined);
  }
});

Deno.test("signalOf() gives each word a signal that no mask refuses", () => {
  for (const mask of ["causal", "non-causal"] as const) {
    for (const word of ["data", "grad", "both", "residual", "data+residual"] as const) {
      const signal = signalOf(word, mask);
      assertEquals(refuse(tinyRefinement({ mask, signal }), regression), undefined, `${word} under ${mask}`);
    }
    const gradient = mask === "causal" ? "prefix-mean" : "mean";
    assertEquals(signalOf("grad", mask), { data: false, residual: false, gradient });
    assertEquals(signalOf("both", mask), { data: true, residual: false, gradient });
  }
});

for (const regime of ["parametric", "explicit", "implicit"] as const) {
  for (const mask of ["causal", "non-causal"] as const) {
    onEveryBackend(`regimeOf() trains every sensible ${regime} ${mask} combination, and leaks nothing`, async () => {
      for (const [number, family] of [regression, classes].entries()) {
        const combinations = sensible(regime, mask, family).filter((_, i) => i % 2 === number);
        for (const refinement of combinations) await trainOnce(refinement, family);
      }
    }, { backends: ["cpu"] });
  }
}

/** Every combination that `refuse` lets pass; update, step embedding and (by the caller) the family alternate. */
function sensible(regime: Refinement["regime"], mask: Refinement["mask"], family: FamilySizes): Refinement[] {
  const found: Refinement[] = [];
  for (const data of [true, false]) {
    for (const residual of [true, false]) {
      for (const gradient of ["none", "mean", "prefix-mean", "per-observation"] as const) {
        for (const decoder of ["flat", "span", "hyper"] as const) {
          for (const stateTokens of [1, 2]) {
            for (const history of [0, 2]) {
              for (const implicitState of ["logits", "softmax", "hidden"] as const) {
                if (regime !== "implicit" && implicitState !== "logits") continue;
                const at = found.length;
                const refinement = tinyRefinement({
                  regime,
                  mask,
                  observations: 2,
                  signal: { data, residual, gradient },
                  decoder,
                  stateTokens,
                  history,
                  implicitState,
                  update: at % 4 > 1 ? "replace" : "residual",
                  stepEmbedding: at % 8 > 3,
                });
                if (refuse(refinement, family) === undefined) found.push(refinement);
              }
            }
          }
        }
      }
    }
  }
  return found;
}

async function trainOnce(refinement: Refinement, family: FamilySizes): Promise<void> {
  const config = tinyConfig(refinement, { tasks: 2 });
  const built = buildFor(refinement, familyOf(family));
  await assertNoLeak(async () => {
    const before = initialTrainingState(built, config, 1);
    const { state, report } = await Effect.runPromise(trainIteration(localGradients(built, config, 1), config, before));
    assertEquals(report.lossPerStep.length, refinement.steps);
    assert(report.lossPerStep.every(Number.isFinite), `losses ${report.lossPerStep} of ${JSON.stringify(refinement)}`);
    assert(report.gradientNorm > 0, `gradient ${report.gradientNorm} of ${JSON.stringify(refinement)}`);
    assertEquals(state.iteration, 1);
    disposeTrainingState(state);
  });
}
