import { type AttentionSizes, dotOf, loadVector, storeVector, vectors, vectorsOf } from "./attention_text.ts";
import { float } from "./literal.ts";

/** Threads of a work-group: a whole vector of the processor. */
export const rowsThreads = 16;

/** Rows of a thread on each way; wide heads fill its registers with fewer, and make long programs on the way back. */
function rowsOfThread(sizes: AttentionSizes, way: "forward" | "back"): number {
  const most = Math.floor((way === "forward" ? 64 : 32) / vectorsOf(sizes));
  return Math.max(1, Math.min(4, sizes.positions, most));
}

/** Threads for all rows of all heads. */
export function rowUnits(sizes: AttentionSizes, way: "forward" | "back"): number {
  const { tasks, heads, positions } = sizes;
  return tasks * heads * Math.ceil(positions / rowsOfThread(sizes, way));
}

/**
 * Attention where nothing is shared: a thread has some rows of a head, and what it reads serves all of them. Online softmax,
 * as it is where work-groups share keys and values.
 */
export function attentionRowsText(sizes: AttentionSizes): string {
  const { positions, heads, head } = sizes, width = heads * head, at = atOf(sizes);
  const rows = rowsOfThread(sizes, "forward"), q = rowsOf(rows);
  const scale = float(1 / Math.sqrt(head));
  return `fn run(group: u32, lane: u32) {
  let unit = group * ${rowsThreads}u + lane;
  if (unit >= ${rowUnits(sizes, "forward")}u) { return; }
  ${placeOf(sizes, rows)}
  ${q((r) => `let own${r} = min(first + ${r}u, ${positions - 1}u); ${load(sizes, `q${r}_`, at(0)(`own${r}`), scale)}`)}
  ${q((r) => `var most${r} = -3.0e38; var sum${r} = 0.0; ${clear(sizes, `o${r}_`)}`)}
  ${eachKey(sizes, q)}
    ${
    q((r) =>
      `if (sees${r}) {
      let s = ${dotOf(sizes, (i) => `q${r}_${i}`, (i) => `k${i}`)};
      let next = max(most${r}, s); let fade = exp(most${r} - next); let p = exp(s - next);
      most${r} = next; sum${r} = sum${r} * fade + p;
      ${vectors(sizes, (i) => `o${r}_${i} = o${r}_${i} * fade + p * v${i};`)}
    }`
    )
  }
  }
  ${
    q((r) =>
      `if (first + ${r}u < ${positions}u) {
    let row = first + ${r}u; saved[2u * (level + row)] = most${r}; saved[2u * (level + row) + 1u] = sum${r};
    let share = select(1.0 / sum${r}, 0.0, sum${r} == 0.0); let to = out + row * ${width}u;
    ${vectors(sizes, (i) => storeVector(sizes, "output", "to", `(o${r}_${i} * share)`, i))}
  }`
    )
  }
}`;
}

/** The way back: even groups own queries and give dq, odd ones own keys and give dk and dv. */
export function attentionRowsGradientText(sizes: AttentionSizes): string {
  const { positions, heads, head } = sizes, width = heads * head, at = atOf(sizes);
  const rows = rowsOfThread(sizes, "back"), q = rowsOf(rows);
  const scale = float(1 / Math.sqrt(head)), units = rowUnits(sizes, "back");
  const outAt = (position: string): string => `out + ${position} * ${width}u`;
  const own = (r: number): string => `let own${r} = min(first + ${r}u, ${positions - 1}u);`;
  const store = (r: number, name: string, third: number): string =>
    `{ let to = ${at(third)(`(first + ${r}u)`)};
    ${vectors(sizes, (i) => storeVector(sizes, "dqkv", "to", `${name}${r}_${i}`, i))} }`;
  const along = (g: string, o: string): string => dotOf(sizes, (i) => `${g}${i}`, (i) => `${o}${i}`);
  return `fn shareOf(sum: f32) -> f32 { return select(1.0 / sum, 0.0, sum == 0.0); }
fn queries(unit: u32) {
  ${placeOf(sizes, rows)}
  ${
    q((r) =>
      `${own(r)} ${load(sizes, `q${r}_`, at(0)(`own${r}`), scale)} ${load(sizes, `g${r}_`, outAt(`own${r}`), "", "dy")}
  ${clear(sizes, `d${r}_`)} var mean${r} = 0.0;
  { ${load(sizes, "o", outAt(`own${r}`), "", "output")} mean${r} = ${along(`g${r}_`, "o")}; }
  let most${r} = saved[2u * (level + own${r})]; let share${r} = shareOf(saved[2u * (level + own${r}) + 1u]);`
    )
  }
  ${eachKey(sizes, q)}
    ${
    q((r) =>
      `if (sees${r}) {
      let p = exp(${along(`q${r}_`, "k")} - most${r}) * share${r};
      let ds = ${scale} * p * (${along(`g${r}_`, "v")} - mean${r});
      ${vectors(sizes, (i) => `d${r}_${i} += ds * k${i};`)}
    }`
    )
  }
  }
  ${q((r) => `if (first + ${r}u < ${positions}u) { ${store(r, "d", 0)} }`)}
}
fn keys(unit: u32) {
  ${placeOf(sizes, rows)}
  ${
    q((r) =>
      `${own(r)} ${load(sizes, `k${r}_`, at(1)(`own${r}`))} ${load(sizes, `v${r}_`, at(2)(`own${r}`))}
  ${clear(sizes, `dk${r}_`)} ${clear(sizes, `dv${r}_`)}`
    )
  }
  for (var i = 0u; i < ${positions}u; i++) {
    ${q((r) => `let sees${r} = mask[sight + i * ${positions}u + own${r}] != 0;`)}
    if (!(${q((r) => `sees${r}`, " || ")})) { continue; }
    ${load(sizes, "q", at(0)("i"))}
    ${load(sizes, "g", outAt("i"), "", "dy")}
    ${load(sizes, "o", outAt("i"), "", "output")}
    let mean = ${along("g", "o")};
    let most = saved[2u * (level + i)]; let share = shareOf(saved[2u * (level + i) + 1u]);
    ${vectors(sizes, (i) => `let s${i} = ${scale} * q${i};`)}
    ${
    q((r) =>
      `if (sees${r}) {
      let p = exp(${along("s", `k${r}_`)} - most) * share;
      let ds = ${scale} * p * (${along("g", `v${r}_`)} - mean);
      ${vectors(sizes, (i) => `dk${r}_${i} += ds * q${i}; dv${r}_${i} += p * g${i};`)}
    }`
    )
  }
  }
  ${q((r) => `if (first + ${r}u < ${positions}u) { ${store(r, "dk", 1)} ${store(r, "dv", 2)} }`)}
}
fn run(group: u32, lane: u32) {
  let unit = group / 2u * ${rowsThreads}u + lane;
  if (unit >= ${units}u) { return; }
  if (group % 2u == 0u) { queries(unit); } else { keys(unit); }
}`;
}

/** A statement for each row of a thread. */
function rowsOf(rows: number): (text: (r: number) => string, separator?: string) => string {
  return (text, separator = "\n  ") => Array.from({ length: rows }, (_, r) => text(r)).join(separator);
}

/** Begins the loop over keys j: which of a thread's rows see one, and where any does, its key and value. */
function eachKey(sizes: AttentionSizes, q: ReturnType<typeof rowsOf>): string {
  const { positions } = sizes, at = atOf(sizes);
  return `for (var j = 0u; j < ${positions}u; j++) {
    ${q((r) => `let sees${r} = mask[sight + own${r} * ${positions}u + j] != 0;`)}
    if (!(${q((r) => `sees${r}`, " || ")})) { continue; }
    ${load(sizes, "k", at(1)("j"))}
    ${load(sizes, "v", at(2)("j"))}`;
}

/** Where a position's query, key or value lies. */
function atOf({ heads, head }: AttentionSizes): (third: number) => (position: string) => string {
  const width = heads * head;
  return (third) => (position) => `base + ${position} * ${3 * width}u + ${third * width}u`;
}

function load(sizes: AttentionSizes, name: string, at: string, times = "", array = "qkv"): string {
  const factor = times === "" ? "" : `${times} * `;
  return vectors(sizes, (i) => `let ${name}${i} = ${factor}${loadVector(sizes, array, at, i)};`, " ");
}

function clear(sizes: AttentionSizes, name: string): string {
  return vectors(sizes, (i) => `var ${name}${i} = vec4f();`, " ");
}

/** Task and head of thread `unit`, its first row, and where that head's queries, keys and values lie. */
function placeOf(sizes: AttentionSizes, rows: number): string {
  const { positions, heads, head, shared } = sizes, width = heads * head;
  const blocks = Math.ceil(positions / rows);
  return `let task = unit / ${heads * blocks}u; let h = unit / ${blocks}u % ${heads}u;
  let first = unit % ${blocks}u * ${rows}u;
  let base = task * ${positions * 3 * width}u + h * ${head}u; let out = task * ${positions * width}u + h * ${head}u;
  let sight = ${shared ? "0u" : `task * ${positions * positions}u`};
  let level = (task * ${heads}u + h) * ${positions}u;`;
}
