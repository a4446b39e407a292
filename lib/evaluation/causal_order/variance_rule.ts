import type { NodeData } from "./node_data.ts";

/**
 * Variances as leaf scores: in data as they are measured they grow along the order. On standardised data they are all 1
 * and say nothing. Source: Reisach, Seiler and Weichwald 2021 ("beware of the simulated DAG").
 */
export function varianceRule({ nodes, count, rows }: NodeData): Float64Array {
  return Float64Array.from({ length: nodes }, (_, node) => {
    let sum = 0, squares = 0;
    for (let n = 0; n < count; n++) sum += rows[n * nodes + node]!;
    for (let n = 0; n < count; n++) squares += (rows[n * nodes + node]! - sum / count) ** 2;
    return squares / count;
  });
}
