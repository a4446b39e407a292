import { meanProduct, type NodeData, presentNodes, standardised, standardisedColumns } from "./node_data.ts";

/**
 * DirectLiNGAM: the order of the present nodes, causes first. At each place the node is taken whose regression residuals
 * of the others are most independent of it, by pairwise likelihood ratios with entropies approximated from E log cosh u
 * and E u exp(−u²/2); then it is regressed out of the others. Needs linear mechanisms and non-Gaussian noise: under
 * Gaussian noise it has no signal. Sources: Shimizu et al. 2011; Hyvärinen and Smith 2013; Hyvärinen 1998 (entropies).
 */
export function directLingam(data: NodeData, present: ArrayLike<number>): Int32Array {
  const names = [...presentNodes(present)], columns = standardisedColumns(data, Int32Array.from(names));
  const order: number[] = [];
  while (names.length > 0) {
    const first = mostExogenous(columns);
    const [cause] = columns.splice(first, 1);
    order.push(names.splice(first, 1)[0]!);
    for (const column of columns) {
      const slope = meanProduct(column, cause!);
      for (let n = 0; n < column.length; n++) column[n]! -= slope * cause![n]!;
      standardised(column);
    }
  }
  return Int32Array.from(order);
}

/** {@linkcode directLingam}'s place of each node as its leaf score. */
export function directLingamRule(data: NodeData, present: ArrayLike<number>): Float64Array {
  const scores = new Float64Array(data.nodes);
  directLingam(data, present).forEach((node, place) => scores[node] = place);
  return scores;
}

/** The column with the least evidence that another causes it. */
function mostExogenous(columns: readonly Float64Array[]): number {
  const evidence = new Float64Array(columns.length), entropies = columns.map(entropy);
  for (let i = 0; i < columns.length; i++) {
    for (let j = 0; j < i; j++) {
      const slope = meanProduct(columns[i]!, columns[j]!);
      const [ij, ji] = [residual(columns[i]!, columns[j]!, slope), residual(columns[j]!, columns[i]!, slope)];
      // Positive where i causes j: its own entropy and that of what it leaves of j are the smaller sum.
      const ratio = entropies[j]! + entropy(ij) - entropies[i]! - entropy(ji);
      evidence[i]! += Math.min(0, ratio) ** 2;
      evidence[j]! += Math.min(0, -ratio) ** 2;
    }
  }
  let best = 0;
  for (let i = 1; i < columns.length; i++) if (evidence[i]! < evidence[best]!) best = i;
  return best;
}

/** What a regression of y on x leaves, at variance 1. */
function residual(y: Float64Array, x: Float64Array, slope: number): Float64Array {
  return standardised(y.map((value, n) => value - slope * x[n]!));
}

/** Differential entropy of a column of variance 1, in nats, by Hyvärinen's maximum-entropy approximation. */
function entropy(u: Float64Array): number {
  let logCosh = 0, skewed = 0;
  for (let n = 0; n < u.length; n++) {
    const value = u[n]!, size = Math.abs(value);
    logCosh += size + Math.log1p(Math.exp(-2 * size)) - Math.LN2;
    skewed += value * Math.exp(-value * value / 2);
  }
  const [k1, k2, gaussian] = [79.047, 7.4129, 0.37457];
  return (1 + Math.log(2 * Math.PI)) / 2 - k1 * (logCosh / u.length - gaussian) ** 2 - k2 * (skewed / u.length) ** 2;
}
