/** Samples of the nodes of one task, on the host. */
export interface NodeData {
  /** Nodes, V. */
  readonly nodes: number;
  /** Samples. */
  readonly count: number;
  /** `[count, nodes]`, row-major. */
  readonly rows: ArrayLike<number>;
}

/** The nodes that `present` `[nodes]` marks, ascending. */
export function presentNodes(present: ArrayLike<number>): Int32Array {
  return Int32Array.from(Array.from({ length: present.length }, (_, i) => i).filter((i) => present[i] !== 0));
}

/** Columns of these nodes at mean 0 and variance 1, one array a node; a node that does not vary becomes 0. */
export function standardisedColumns({ nodes, count, rows }: NodeData, chosen: Int32Array): Float64Array[] {
  return Array.from(chosen, (node) => {
    const column = Float64Array.from({ length: count }, (_, n) => rows[n * nodes + node]!);
    return standardised(column);
  });
}

/** The same column at mean 0 and variance 1, in place; zeros if it does not vary. */
export function standardised(column: Float64Array): Float64Array {
  const mean = column.reduce((a, b) => a + b, 0) / column.length;
  let squares = 0;
  for (let n = 0; n < column.length; n++) squares += (column[n]! - mean) ** 2;
  const scale = squares > 1e-12 ? 1 / Math.sqrt(squares / column.length) : 0;
  for (let n = 0; n < column.length; n++) column[n] = (column[n]! - mean) * scale;
  return column;
}

/** Mean of a · b. */
export function meanProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += a[n]! * b[n]!;
  return sum / a.length;
}
