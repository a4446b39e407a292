/**
 * cos(2π turns) to a float's precision, by arithmetic alone: `Math.cos` may round differently from engine to engine, and
 * draws have the same bits everywhere. Taylor's series of the sine, to the eleventh power.
 */
export function cosineOfTurns(turns: number): number {
  const part = turns - Math.floor(turns + 0.5); // −½ … ½
  const u = 2 * Math.PI * (0.25 - (part < 0 ? -part : part)); // cos(2π part) = sin(u), |u| ≤ π/2
  const v = u * u;
  return u * (1 + v * (-1 / 6 + v * (1 / 120 + v * (-1 / 5040 + v * (1 / 362880 - v * (1 / 39916800))))));
}
