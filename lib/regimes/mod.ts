/**
 * Parametric, explicit and implicit amortization: what a state is, how it starts, is encoded, decoded and read, and the
 * settings that describe it.
 *
 * @module
 */
export { implicit } from "./implicit.ts";
export { hyperPredictor, linearPredictor, mlpPredictor, type Predictor, type PredictorSizes } from "./predictor.ts";
export { type Refusal, refuse } from "./refuse.ts";
export { lengthDrawOf, prefixesOf, regimeOf } from "./regime_of.ts";
export {
  type Defaulted,
  type Refinement,
  refinementFields,
  signalOf,
  type SignalSettings,
  type SignalWord,
} from "./settings.ts";
export { type RegimeContext, taskState } from "./task_state.ts";
