import { constants as c } from "../wasm/assembly/constants.ts";

/** WGSL `gelu(u)` and `geluSlope(u)`, of a number or of four: by the rational tail of the wasm kernels. */
export function geluText(type: "f32" | "vec4f"): string {
  const poly = (names: readonly string[]): string =>
    names.slice(1).reduce((inner, name) => `(${inner} * d + ${c[name]})`, `${type}(${c[names[0]!]})`);
  return `fn density(u: ${type}) -> ${type} { return exp(-0.5 * u * u); }
fn normalBelow(u: ${type}) -> ${type} {
  let d = min(abs(u), ${type}(20.0));
  let above = density(u) * ${poly(["tailP4", "tailP3", "tailP2", "tailP1", "tailP0"])} /
    (${poly(["tailQ5", "tailQ4", "tailQ3", "tailQ2", "tailQ1"])} * d + 1.0);
  return select(1.0 - above, above, u < ${type}(0.0));
}
fn gelu(u: ${type}) -> ${type} { return u * normalBelow(u); }
fn geluSlope(u: ${type}) -> ${type} {
  let near = clamp(u, ${type}(-20.0), ${type}(20.0));
  return normalBelow(u) + near * density(near) * ${1 / Math.sqrt(2 * Math.PI)};
}
`;
}
