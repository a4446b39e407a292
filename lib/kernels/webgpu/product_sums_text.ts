/** Sums of more products than this are added up piece by piece, so that rounding does not pile up. */
const piece = 256;

/** Texts for 0, 1, …, one after another. */
export function each(count: number, text: (i: number) => string, separator = "\n  "): string {
  return Array.from({ length: count }, (_, i) => text(i)).join(separator);
}

/**
 * The vectors `names` as sums over k below `inner`: `body` adds what `step` of them from k on have. `step` divides the
 * length of a piece; what is past `inner` is the body's affair.
 */
export function sumsText(names: readonly string[], inner: number, step: number, body: string): string {
  const all = (text: (name: string) => string): string => names.map(text).join(" ");
  const clear = all((name) => `var ${name} = vec4f();`);
  if (inner <= piece) return `${clear}\n  for (var k = 0u; k < ${inner}u; k += ${step}u) {\n${body}\n  }`;
  return `${clear}
  for (var start = 0u; start < ${inner}u; start += ${piece}u) {
  ${all((name) => `let ${name}_before = ${name}; ${name} = vec4f();`)}
  for (var k = start; k < min(start + ${piece}u, ${inner}u); k += ${step}u) {\n${body}\n  }
  ${all((name) => `${name} += ${name}_before;`)}
  }`;
}
