import { meanProduct, type NodeData, presentNodes, standardisedColumns } from "./node_data.ts";

/** Added to every variance of 1, so that collinear nodes have an inverse: R² is told to about six digits. */
const jitter = 1e-6;

/**
 * R² of every present node: the share of its variance that a linear regression on all other present nodes explains,
 * 1 − 1 / (C⁻¹)ᵢᵢ with C the correlations. `[nodes]`, 0 for absent nodes.
 */
export function explainedShare(data: NodeData, present: ArrayLike<number>): Float64Array {
  const chosen = presentNodes(present), columns = standardisedColumns(data, chosen), size = chosen.length;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = i === j ? 1 + jitter : meanProduct(columns[i]!, columns[j]!);
      matrix[i * size + j] = value;
      matrix[j * size + i] = value;
    }
  }
  invertInPlace(matrix, size);
  const out = new Float64Array(data.nodes);
  chosen.forEach((node, i) => out[node] = 1 - 1 / matrix[i * size + i]!);
  return out;
}

/** Inverts a positive definite matrix `[size, size]`, pivot by pivot (Gauss and Jordan). */
export function invertInPlace(matrix: Float64Array, size: number): void {
  for (let k = 0; k < size; k++) {
    const pivot = 1 / matrix[k * size + k]!;
    matrix[k * size + k] = 1;
    for (let j = 0; j < size; j++) matrix[k * size + j]! *= pivot;
    for (let i = 0; i < size; i++) {
      if (i === k) continue;
      const factor = matrix[i * size + k]!;
      matrix[i * size + k] = 0;
      for (let j = 0; j < size; j++) matrix[i * size + j]! -= factor * matrix[k * size + j]!;
    }
  }
}

/** Largest R² first: the better rule for whole orders. Source: Reisach et al. 2023 (R²-sortnregress). */
export function largestShareRule(data: NodeData, present: ArrayLike<number>): Float64Array {
  return explainedShare(data, present);
}

/** Smallest R² first: the better rule for single leaves, whose neighbours are few. Source: RECIPES.md. */
export function smallestShareRule(data: NodeData, present: ArrayLike<number>): Float64Array {
  return explainedShare(data, present).map((share) => -share);
}
