import { constants as c } from "../wasm/assembly/constants.ts";

const poly = (names: readonly string[]): string =>
  names.slice(1).reduce((inner, name) => `(${inner} * d + ${c[name]})`, `${c[names[0]!]}`);

/** `normalBelow(u)`, the normal distribution function, by the rational tail of the wasm kernels, and its density. */
export const geluText: string = `fn density(u: f32) -> f32 { return exp(-0.5 * u * u); }
fn normalBelow(u: f32) -> f32 {
  let d = min(abs(u), 20.0);
  let above = density(u) * ${poly(["tailP4", "tailP3", "tailP2", "tailP1", "tailP0"])} /
    (${poly(["tailQ5", "tailQ4", "tailQ3", "tailQ2", "tailQ1"])} * d + 1.0);
  return select(1.0 - above, above, u < 0.0);
}`;
