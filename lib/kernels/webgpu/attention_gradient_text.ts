import {
  type AttentionSizes,
  bringRows,
  dotOf,
  loadVector,
  placeOf,
  sharedRows,
  storeVector,
  vectors,
  vectorsOf,
} from "./attention_text.ts";
import { float } from "./literal.ts";

/**
 * With weights p and output o = p v: ds = p (dy · v − dy · o). Even groups own queries and give dq = Σ_j ds k, odd ones
 * own keys and give dk = Σ_i ds q and dv = Σ_i p dy; the other side passes by in shared memory.
 */
export function attentionGradientText(sizes: AttentionSizes): string {
  const { positions, heads, head } = sizes, width = heads * head, rows = sharedRows(sizes), n = vectorsOf(sizes);
  const scale = float(1 / Math.sqrt(head));
  const at = (third: number) => (position: string) => `base + ${position} * ${3 * width}u + ${third * width}u`;
  const outAt = (position: string): string => `out + ${position} * ${width}u`;
  const load = (name: string, array: string, from: string, times = ""): string =>
    vectors(sizes, (i) => `let ${name}${i} = ${times}${loadVector(sizes, array, from, i)};`);
  const clear = (name: string): string => vectors(sizes, (i) => `var ${name}${i} = vec4f();`);
  const store = (name: string, third: number): string =>
    `{ let to = ${at(third)("row")};
    ${vectors(sizes, (i) => storeVector(sizes, "dqkv", "to", `${name}${i}`, i))} }`;
  const one = (name: string) => (i: number) => `${name}${i}`;
  const passing = (name: string) => (i: number) => `${name}[j * ${n}u + ${i}u]`;
  return `var<workgroup> first: array<vec4f, ${rows * n}>;
var<workgroup> second: array<vec4f, ${rows * n}>;
var<workgroup> most: array<f32, ${rows}>;
var<workgroup> share: array<f32, ${rows}>;
var<workgroup> along: array<f32, ${rows}>;
fn shareOf(sum: f32) -> f32 { return select(1.0 / sum, 0.0, sum == 0.0); }
fn towards(at: u32) -> f32 {
  return ${dotOf(sizes, (i) => loadVector(sizes, "dy", "at", i), (i) => loadVector(sizes, "output", "at", i))};
}
fn queries(unit: u32, lane: u32) {
  ${placeOf(sizes)}
  ${load("q", "qkv", at(0)("own"), `${scale} * `)}
  ${load("g", "dy", outAt("own"))}
  ${clear("d")}
  let top = saved[2u * (level + own)]; let part = shareOf(saved[2u * (level + own) + 1u]);
  let mean = towards(${outAt("own")});
  for (var start = 0u; start < ${positions}u; start += ${rows}u) {
    ${bringRows(sizes, "first", "qkv", at(1))}
    ${bringRows(sizes, "second", "qkv", at(2))}
    workgroupBarrier();
    for (var j = 0u; j < min(${rows}u, ${positions}u - start); j++) {
      if (mask[sight + own * ${positions}u + start + j] == 0) { continue; }
      let p = exp(${dotOf(sizes, one("q"), passing("first"))} - top) * part;
      let ds = ${scale} * p * (${dotOf(sizes, one("g"), passing("second"))} - mean);
      ${vectors(sizes, (i) => `d${i} += ds * ${passing("first")(i)};`)}
    }
    workgroupBarrier();
  }
  if (!mine) { return; }
  ${store("d", 0)}
}
fn keys(unit: u32, lane: u32) {
  ${placeOf(sizes)}
  ${load("k", "qkv", at(1)("own"))}
  ${load("v", "qkv", at(2)("own"))}
  ${clear("dk")}
  ${clear("dv")}
  for (var start = 0u; start < ${positions}u; start += ${rows}u) {
    ${bringRows(sizes, "first", "qkv", at(0))}
    ${bringRows(sizes, "second", "dy", outAt)}
    if (lane < ${rows}u) {
      let i = min(start + lane, ${positions - 1}u);
      most[lane] = saved[2u * (level + i)]; share[lane] = shareOf(saved[2u * (level + i) + 1u]);
      along[lane] = towards(${outAt("i")});
    }
    workgroupBarrier();
    for (var j = 0u; j < min(${rows}u, ${positions}u - start); j++) {
      if (mask[sight + (start + j) * ${positions}u + own] == 0) { continue; }
      let p = exp(${dotOf(sizes, (i) => `${scale} * ${passing("first")(i)}`, one("k"))} - most[j]) * share[j];
      let ds = ${scale} * p * (${dotOf(sizes, passing("second"), one("v"))} - along[j]);
      ${vectors(sizes, (i) => `dk${i} += ds * ${passing("first")(i)}; dv${i} += p * ${passing("second")(i)};`)}
    }
    workgroupBarrier();
  }
  if (!mine) { return; }
  ${store("dk", 1)}
  ${store("dv", 2)}
}
fn run(group: u32, lane: u32) {
  if (group % 2u == 0u) { queries(group / 2u, lane); } else { keys(group / 2u, lane); }
}`;
}
