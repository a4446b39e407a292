/** One size of the bare transformer's training step. */
export interface Cell {
  readonly name: string;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly feedForward: number;
  readonly tasks: number;
  readonly positions: number;
}

/** What all contenders use, so that they do the same work. */
export const adam = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** What layer norms add to the variance. */
export const layerNormEpsilon = 1e-5;

function cell(name: string, width: number, layers: number, tasks: number, positions: number): Cell {
  return { name, width, layers, heads: 4, feedForward: 4 * width, tasks, positions };
}

/** The sizes of the bare step. `G` is for a GPU, `tiny` is there to try the bench itself. */
export const cells: Readonly<Record<string, Cell>> = {
  A: cell("A", 64, 2, 16, 64),
  B: cell("B", 256, 4, 8, 101),
  C: cell("C", 128, 3, 32, 65),
  G: cell("G", 256, 4, 128, 101),
  tiny: cell("tiny", 16, 1, 4, 8),
};

/** Multiplications and additions of the products of one step, forward and backward, in 10⁹. */
export function gigaflops({ width, layers, feedForward, tasks, positions }: Cell): number {
  const weights = 4 * width * width + 2 * width * feedForward;
  const perLayer = 2 * tasks * positions * weights + 4 * tasks * positions * positions * width;
  return 3 * layers * perLayer / 1e9;
}

/** A cell in a few words. */
export function describeCell({ width, layers, heads, feedForward, tasks, positions }: Cell): string {
  return `D ${width}, L ${layers}, heads ${heads}, F ${feedForward}, ${tasks} × ${positions} tokens`;
}
