/** A number as WGSL writes a float. */
export function float(x: number): string {
  return Number.isInteger(x) && Math.abs(x) < 1e15 ? `${x}.0` : `${x}`;
}
