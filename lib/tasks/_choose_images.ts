import { integers, purpose } from "../random/mod.ts";
import type { ObserveRequest } from "../stages/task_family.ts";
import type { LabelledData, LabelledRows } from "./labelled_data.ts";

/** Training rows that are never trained on: validation's queries come from them, and nothing else does. */
export const heldOutShare = 0.1;

/** Parts that a training task deals its images into, every tenth to one: one part for its queries, the others for contexts. */
const parts = 10;

/** Images that a request draws: where they lie, and the row of each observation, `[tasks · count]`. */
export interface ChosenImages {
  readonly rows: LabelledRows;
  readonly chosen: Int32Array;
}

/**
 * Draws images for a request. Where contexts and queries come from the same rows, in training, each task keeps a random
 * tenth of them for its queries, so that none is an image of its context.
 */
export function chooseImages(data: LabelledData, request: ObserveRequest): ChosenImages {
  const { key, range: { first, count: tasks }, count, role, split } = request;
  const { rows, from, among } = rowsOf(data, request);
  const images = purpose(key, "images");
  if (split !== "training" || among < 2 * parts) {
    return { rows, chosen: integers(images, tasks * count, among, first * count).map((i) => from + i) };
  }
  // The same for every draw of the iteration: the key's own purpose is left out.
  const kept = integers(purpose({ ...key, purpose: 0 }, "part of queries"), tasks, parts, first);
  const chosen = new Int32Array(tasks * count);
  for (let task = 0; task < tasks; task++) {
    const part = kept[task]!, ofPart = Math.ceil((among - part) / parts);
    const at = integers(images, count, role === "query" ? ofPart : among - ofPart, (first + task) * count);
    chosen.set(at.map((i) => from + (role === "query" ? part + parts * i : besides(part, i))), task * count);
  }
  return { rows, chosen };
}

/** The i-th row among those that are not of a part. */
function besides(part: number, i: number): number {
  const block = Math.floor(i / (parts - 1)), at = i % (parts - 1);
  return block * parts + at + Number(at >= part);
}

/** Which rows a request is drawn from: a run of them. */
function rowsOf(
  { train, test }: LabelledData,
  { role, split }: ObserveRequest,
): { readonly rows: LabelledRows; readonly from: number; readonly among: number } {
  const trained = Math.max(1, Math.ceil(train.count * (1 - heldOutShare)));
  if (split === "training" || (split === "validation" && role === "context")) {
    return { rows: train, from: 0, among: trained };
  }
  if (role === "context") return { rows: train, from: 0, among: train.count };
  if (split !== "validation") return { rows: test, from: 0, among: test.count };
  const from = Math.min(trained, train.count - 1);
  return { rows: train, from, among: train.count - from };
}
