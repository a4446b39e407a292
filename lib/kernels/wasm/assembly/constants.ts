/**
 * The constants of the kernels, four equal lanes each, in a table in memory: V8 builds a literal vector anew at each use
 * (measured, gelu 1.6 × slower with literals), a load from the table is free. build.ts turns each into an inline
 * function `NAME(table)`.
 *
 * exp*: Cephes' expf (range reduction by ln 2 in two parts, a polynomial of degree 5). tailP*, tailQ*: the result of
 * fit_normal_tail.ts with degrees 4 and 5, relative error 8e-10 before rounding.
 */
export const constants: Readonly<Record<string, number>> = {
  half: 0.5,
  one: 1,
  inverseRootTwoPi: 0.3989422804014327,
  furthest: 20,
  minusFurthest: -20,
  expLow: -87.3,
  expLog2e: 1.4426950408889634,
  expRound: 12582912,
  expLn2High: 0.693359375,
  expLn2Low: -2.1219444e-4,
  exp5: 1.9875691500e-4,
  exp4: 1.3981999507e-3,
  exp3: 8.3334519073e-3,
  exp2: 4.1665795894e-2,
  exp1: 1.6666665459e-1,
  exp0: 5.0000001201e-1,
  tailP0: 0.5000000004159039,
  tailP1: 0.4126467954355898,
  tailP2: 0.1648305228550879,
  tailP3: 0.034574301992712865,
  tailP4: 0.003250846732734945,
  tailQ1: 1.6231782204806315,
  tailQ2: 1.1247689700034282,
  tailQ3: 0.4209616054408626,
  tailQ4: 0.08668553431703796,
  tailQ5: 0.008148117854800298,
};
