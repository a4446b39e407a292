/**
 * Parametric, explicit and implicit amortization: what a state is, how it starts, is encoded, decoded and read, and the
 * settings that describe it.
 *
 * @module
 */
export { leafRegime, type NodeGrid } from "./causal_order/leaf_regime.ts";
export type { MomentKind } from "./causal_order/pair_features.ts";
export { nodePairs } from "./causal_order/node_pairs.ts";
export { samplesNodes } from "./causal_order/samples_nodes.ts";
export { descent } from "./descent.ts";
export { implicit } from "./implicit.ts";
export { hyperPredictor, linearPredictor, mlpPredictor, type Predictor, type PredictorSizes } from "./predictor.ts";
export { type Refusal, refuse } from "./refuse.ts";
export { refuseTies } from "./refuse_ties.ts";
export { refuseUnread } from "./refuse_unread.ts";
export { lengthDrawOf, modelOf, prefixesOf, regimeOf } from "./regime_of.ts";
export {
  type Defaulted,
  type DescentSettings,
  type Refinement,
  refinementFields,
  signalOf,
  type SignalSettings,
  type SignalWord,
} from "./settings.ts";
export { type RegimeContext, taskState } from "./task_state.ts";
export { VectorField, vectorField } from "./vector_field.ts";
