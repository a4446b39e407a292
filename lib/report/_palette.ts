/** Colours that people with any colour vision tell apart: on a light page, and the same one on a dark page. */
const pairs = {
  blue: ["#0969da", "#58a6ff"],
  orange: ["#b35900", "#e69f00"],
  green: ["#0a7a5c", "#2fbf93"],
  pink: ["#b0457b", "#e58ab8"],
  purple: ["#6f42c1", "#b392f0"],
  olive: ["#7a6a00", "#cdbb45"],
  red: ["#b3372b", "#ff7b72"],
  cyan: ["#0e7490", "#62c5da"],
  grey: ["#656d76", "#9aa5b1"],
} as const satisfies Readonly<Record<string, readonly [light: string, dark: string]>>;

/** The name of a colour. */
export type Hue = keyof typeof pairs;

/** The colour as figures hold it: text in it has a contrast of 4.5 on white. */
export function colorOf(hue: Hue): string {
  return pairs[hue][0];
}

/** A colour for the n-th of several equal lines. */
export function seriesColor(n: number): string {
  const hues: readonly Hue[] = ["blue", "orange", "green", "pink", "purple", "olive", "red", "cyan"];
  return colorOf(hues[n % hues.length]!);
}

/** Rules that put the dark page's colours in place of the light page's inside `scope`. */
export function darkColors(scope: string): string {
  return Object.values(pairs).map(([light, dark]) =>
    `${scope} [stroke="${light}"]{stroke:${dark}}${scope} [fill="${light}"]{fill:${dark}}`
  ).join("");
}
