import fc from "fast-check";
import type { Transformer } from "../../lib/model/transformer.ts";
import { refuse } from "../../lib/regimes/refuse.ts";
import type { Refinement } from "../../lib/regimes/settings.ts";
import type { FamilySizes } from "../_families.ts";

/** One random combination of everything that a refinement can be, as plain data. */
export interface Case {
  readonly refinement: Refinement;
  readonly family: FamilySizes;
  readonly model: Transformer;
  readonly tasks: number;
  readonly queries: number;
  /** k; from K on it is beyond the training. */
  readonly step: number;
  /** Draws weights and data. */
  readonly seed: number;
}

/** Which cases are wanted; all unless said. */
export interface CaseFilter {
  readonly regimes?: readonly Refinement["regime"][];
  readonly masks?: readonly Refinement["mask"][];
  readonly only?: (c: Case) => boolean;
}

const gradients = ["none", "mean", "prefix-mean", "per-observation"] as const;

const signals = fc.record({ data: fc.boolean(), residual: fc.boolean(), gradient: fc.constantFrom(...gradients) });

/** Every sensible case: combinations that `refuse` refuses are left out. */
export function cases({ regimes, masks, only }: CaseFilter = {}): fc.Arbitrary<Case> {
  const wanted = regimes ?? ["parametric", "explicit", "implicit"];
  return fc.oneof(...wanted.map((regime) => casesOf(regime, masks ?? ["causal", "non-causal"])))
    .filter((c) => refuse(c.refinement, c.family) === undefined && (only?.(c) ?? true));
}

function casesOf(regime: Refinement["regime"], masks: readonly Refinement["mask"][]): fc.Arbitrary<Case> {
  const implicit = regime === "implicit", parametric = regime === "parametric";
  const decoders = {
    parametric: ["flat", "span"],
    explicit: ["flat", "hyper"],
    implicit: ["flat"],
    descent: ["flat"],
  } as const;
  return fc.record({
    refinement: fc.record({
      regime: fc.constant(regime),
      steps: fc.integer({ min: 1, max: 3 }),
      observations: fc.integer({ min: 2, max: 5 }),
      signal: implicit ? fc.constant({ data: true, residual: false, gradient: "none" as const }) : signals,
      update: fc.constantFrom("replace", "residual"),
      mask: fc.constantFrom(...masks),
      lengths: fc.constant("drawn" as const),
      decoder: fc.constantFrom(...decoders[regime]),
      stateTokens: implicit ? fc.constant(1) : fc.constantFrom(1, 2),
      history: implicit ? fc.constant(0) : fc.integer({ min: 0, max: 2 }),
      stepEmbedding: fc.boolean(),
      latent: fc.constantFrom(2, 4),
      predictor: fc.constant({ hidden: 4, features: 3 }),
      implicitState: implicit ? fc.constantFrom("logits", "softmax", "hidden") : fc.constant("logits" as const),
      labelScale: fc.constantFrom(1, 3),
      queriesAttendSelf: implicit ? fc.boolean() : fc.constant(true),
      tiedDecoder: implicit ? fc.constantFrom(0, 0.5) : fc.constant(0),
      gradientStep: parametric ? fc.constantFrom(0, 0.9) : fc.constant(0),
      aggregate: implicit ? fc.constant("attention" as const) : fc.constantFrom("attention", "mean"),
      detach: fc.constant("each" as const),
      throughSignal: fc.constant(false),
      lossSteps: fc.constant("every" as const),
      descent: fc.constant({ rule: "sgd", rate: 0.1, learn: "start+rate" } as const),
    }),
    family: fc.oneof(
      fc.record({
        loss: fc.constant("squared-error" as const),
        features: fc.integer({ min: 1, max: 4 }),
        outputs: fc.constant(1),
      }),
      fc.record({
        loss: fc.constant("cross-entropy" as const),
        features: fc.integer({ min: 1, max: 4 }),
        outputs: fc.integer({ min: 2, max: 3 }),
      }),
    ),
    model: fc.record({
      width: fc.constant(8),
      layers: fc.integer({ min: 1, max: 2 }),
      heads: fc.constant(2),
      feedForward: fc.constant(8),
    }),
    tasks: fc.integer({ min: 1, max: 2 }),
    queries: fc.integer({ min: 1, max: 3 }),
    step: fc.nat(5),
    seed: fc.nat(),
  });
}
