/** The numbers of one Adam step, as the op computes them. */
export interface AdamAttributes {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly correction1: number;
  readonly correction2: number;
  readonly epsilon: number;
  readonly gradientScale: number;
}
