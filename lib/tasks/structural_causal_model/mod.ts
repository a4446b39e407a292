/**
 * Structural causal models: random graphs without cycles, mechanisms, noise, their ranges in and out of distribution, and
 * the task of finding their leaves. All draws are plain numbers on the host, with the same bits everywhere.
 *
 * @module
 */
export { CausalOrder, causalOrder, type CausalOrderTasks, drawModels } from "./causal_order.ts";
export { erdosRenyi } from "./erdos_renyi.ts";
export { edgeCount, type Graph, graphOf, leavesAmong, parentsOf, renamed, reversed } from "./graph.ts";
export { linearExtension } from "./linear_extension.ts";
export {
  drawFourier,
  drawLinear,
  fourierFeatures,
  type FourierMechanism,
  type LinearMechanism,
  type Mechanism,
} from "./mechanism.ts";
export { type GraphKind, inDistribution, type Interval, type ModelRanges, outOfDistribution } from "./ranges.ts";
export { restrictGraph, restrictModel } from "./restrict_model.ts";
export { sampleColumns, standardisedRows } from "./sample_model.ts";
export { scaleFree } from "./scale_free.ts";
export { stochasticBlock } from "./stochastic_block.ts";
export { type Stream, streamOf } from "./stream.ts";
export {
  drawGraph,
  drawGraphOf,
  drawModel,
  graphOfKind,
  type ModelDraw,
  modelOn,
  type StructuralModel,
} from "./structural_model.ts";
export { wattsStrogatz } from "./watts_strogatz.ts";
