import { type Key, normals } from "../../random/mod.ts";
import { addMechanism } from "./mechanism.ts";
import type { StructuralModel } from "./structural_model.ts";

/** Normals that one Laplace number is made of. */
const normalsPerLaplace = 4;

/**
 * `count` samples of a model as columns, `[nodes, count]`: noise first, then each node's mechanism, causes before effects.
 * `first` is the number of the first sample in the key's stream: samples drawn alone equal those of a larger draw.
 */
export function sampleColumns(model: StructuralModel, key: Key, count: number, first = 0): Float64Array {
  const { graph: { nodes }, order, mechanisms } = model;
  const columns = noiseColumns(model, key, count, first);
  const turns = new Float64Array(count);
  for (let place = 0; place < nodes; place++) {
    const node = order[place]!;
    addMechanism(mechanisms[node]!, columns, node, count, turns);
  }
  return columns;
}

/** Noise `[nodes, count]`. z₁z₂ + z₃z₄ of four standard normals has the Laplace distribution of scale 1. */
function noiseColumns(
  { graph: { nodes }, noise, noiseScale }: StructuralModel,
  key: Key,
  count: number,
  first: number,
) {
  const each = noise === "laplace" ? normalsPerLaplace : 1;
  const z = normals(key, nodes * count * each, nodes * first * each);
  const columns = new Float64Array(nodes * count);
  for (let n = 0, at = 0; n < count; n++) {
    for (let node = 0; node < nodes; node++, at += each) {
      const value = each === 1 ? z[at]! : z[at]! * z[at + 1]! + z[at + 2]! * z[at + 3]!;
      columns[node * count + n] = noiseScale[node]! * value;
    }
  }
  return columns;
}

/**
 * Writes columns `[nodes, count]` as rows `[count, nodes]`, each node at mean 0 and (biased) variance 1 over the samples;
 * a node that does not vary becomes 0. Without this, variances alone would tell causes from effects: they grow along the
 * order. Source: Reisach, Seiler and Weichwald 2021.
 */
export function standardisedRows(columns: Float64Array, nodes: number, into: Float32Array): void {
  const count = columns.length / nodes;
  for (let node = 0; node < nodes; node++) {
    const from = node * count;
    let sum = 0, squares = 0;
    for (let n = 0; n < count; n++) sum += columns[from + n]!;
    const mean = sum / count;
    for (let n = 0; n < count; n++) squares += (columns[from + n]! - mean) ** 2;
    const scale = squares > 0 ? 1 / Math.sqrt(squares / count) : 0;
    for (let n = 0; n < count; n++) into[n * nodes + node] = (columns[from + n]! - mean) * scale;
  }
}
