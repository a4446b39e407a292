/** Sizes that attention's text is made for. */
export interface AttentionSizes {
  readonly tasks: number;
  readonly positions: number;
  readonly heads: number;
  /** Width of a head. */
  readonly head: number;
  /** Whether one mask serves all tasks. */
  readonly shared: boolean;
}

/** Rows of a work-group, one a thread. */
export const rowsOfGroup = 64;

/** Vectors of four that hold a row of a head. */
export function vectorsOf({ head }: AttentionSizes): number {
  return Math.ceil(head / 4);
}

/** Rows that are shared at a time: two arrays of them, and three numbers each, stay within 16 KB. */
export function sharedRows(sizes: AttentionSizes): number {
  const most = Math.floor((16_384 - 512) / (2 * 16 * vectorsOf(sizes)));
  return Math.max(1, Math.min(32, 2 ** Math.floor(Math.log2(Math.max(1, most)))));
}

/** A statement or expression for each vector of a row. */
export function vectors(sizes: AttentionSizes, text: (i: number) => string, separator = "\n      "): string {
  return Array.from({ length: vectorsOf(sizes) }, (_, i) => text(i)).join(separator);
}

/** Σ a_i · b_i over a row's vectors, always in this order: the way back finds the scores of the way there. */
export function dotOf(sizes: AttentionSizes, a: (i: number) => string, b: (i: number) => string): string {
  return vectors(sizes, (i) => `dot(${a(i)}, ${b(i)})`, " + ");
}

/** Which arrays are bound in fours: all that have rows of heads, where vectors of four fill these. */
export function foursOf({ head }: AttentionSizes): readonly string[] {
  return head % 4 === 0 ? ["qkv", "output", "dy", "dqkv"] : [];
}

/** The vector at `at`, an offset in floats: its entries past the head's width are 0. */
export function loadVector({ head }: AttentionSizes, array: string, at: string, i: number): string {
  if (head % 4 === 0) return `${array}[(${at}) / 4u + ${i}u]`;
  const entries = [0, 1, 2, 3].map((j) => 4 * i + j < head ? `${array}[${at} + ${4 * i + j}u]` : "0.0");
  return `vec4f(${entries.join(", ")})`;
}

/** Statements that store the vector `name` at an offset. */
export function storeVector({ head }: AttentionSizes, array: string, at: string, name: string, i: number): string {
  if (head % 4 === 0) return `${array}[(${at}) / 4u + ${i}u] = ${name};`;
  return [0, 1, 2, 3].filter((j) => 4 * i + j < head)
    .map((j) => `${array}[${at} + ${4 * i + j}u] = ${name}[${j}];`).join(" ");
}

/** Statements by which 64 threads bring rows of `array` into shared memory: `first` of them, row by row, `from` on. */
export function bringRows(
  sizes: AttentionSizes,
  to: string,
  array: string,
  at: (position: string) => string,
): string {
  const width = vectorsOf(sizes), count = sharedRows(sizes) * width;
  const fours = sizes.head % 4 === 0;
  const entries = [0, 1, 2, 3].map((j) =>
    `select(0.0, ${array}[min(at + ${j}u, last)], 4u * v + ${j}u < ${sizes.head}u)`
  );
  return `for (var e = lane; e < ${count}u; e += ${rowsOfGroup}u) {
      let v = e % ${width}u; let position = min(start + e / ${width}u, ${sizes.positions - 1}u);
      let at = ${at("position")} + 4u * v; ${fours ? "" : `let last = arrayLength(&${array}) - 1u;`}
      ${to}[e] = ${fours ? `${array}[at / 4u]` : `vec4f(${entries.join(", ")})`};
    }`;
}

/** Which task, head and rows a group of number `unit` has, and where that head's queries, keys and values lie. */
export function placeOf(sizes: AttentionSizes): string {
  const { positions, heads, head, shared } = sizes, width = heads * head;
  const blocks = Math.ceil(positions / rowsOfGroup);
  return `let task = unit / ${heads * blocks}u; let h = unit / ${blocks}u % ${heads}u;
  let row = unit % ${blocks}u * ${rowsOfGroup}u + lane; let mine = row < ${positions}u;
  let own = min(row, ${positions - 1}u);
  let base = task * ${positions * 3 * width}u + h * ${head}u; let out = task * ${positions * width}u + h * ${head}u;
  let sight = ${shared ? "0u" : `task * ${positions * positions}u`};
  let level = (task * ${heads}u + h) * ${positions}u;`;
}

/** Groups for all rows of all heads. */
export function unitsOf({ tasks, positions, heads }: AttentionSizes): number {
  return tasks * heads * Math.ceil(positions / rowsOfGroup);
}
