/**
 * How well causal orders are found: leaf errors, violated edges, and the rules that a person would try first.
 *
 * @module
 */
export { directLingam, directLingamRule } from "./direct_lingam.ts";
export { evaluateOrders, type OrderEvaluation } from "./evaluate_orders.ts";
export { explainedShare, largestShareRule, smallestShareRule } from "./explained_share.ts";
export { type FoundOrder, freeRunningOrder, type OrderRequest, type SampleRows } from "./free_running_order.ts";
export { chanceLeafError, leafError, type Removals } from "./leaf_error.ts";
export { type LeafRule, orderByScores, orderFromBack, topNode } from "./leaf_rule.ts";
export { type NodeData } from "./node_data.ts";
export { violatedEdgesMetric } from "./order_rows.ts";
export { varianceRule } from "./variance_rule.ts";
export { violatedEdges } from "./violated_edges.ts";
