import type { TensorInfo } from "@tensorflow/tfjs";
import { sizeOf } from "../kernel.ts";
import type { Workshop } from "./kernel.ts";
import { inFours } from "./tiling.ts";

/** The same statements over the entries of several tensors. */
export interface Several {
  /** Names the text; the sizes are added. */
  readonly key: string;
  /** What each part reads, entry by entry, by the names that `text` calls it. */
  readonly reads: Readonly<Record<string, readonly TensorInfo[]>>;
  /** What each part writes. */
  readonly writes: Readonly<Record<string, readonly TensorInfo[]>>;
  /** What all parts read. */
  readonly shared?: Readonly<Record<string, TensorInfo>>;
  /** Statements in i, of an entry or of four; `of` says what this part's tensor of a name is called. */
  readonly text: (of: (name: string) => string) => string;
}

/** Parts of a dispatch at most: its text grows with them. */
const atOnce = 16;

/** Threads of a work-group. */
const threads = 64;

/**
 * Queues as few dispatches as the device's storage buffers allow: the work-groups of one part come after those of
 * another. All tensors of a part have as many entries; empty parts are left out.
 */
export function runSeveral(shop: Workshop, { key, reads, writes, shared = {}, text }: Several): void {
  const names = [...Object.keys(reads), ...Object.keys(writes)], tensors = { ...reads, ...writes };
  const sizes = tensors[names[0]!]!.map(sizeOf), filled = [...sizes.keys()].filter((part) => sizes[part]! > 0);
  const room = shop.backend.device.limits.maxStorageBuffersPerShaderStage - Object.keys(shared).length;
  const most = Math.max(1, Math.min(atOnce, Math.floor(room / names.length)));
  for (let first = 0; first < filled.length; first += most) {
    const some = filled.slice(first, first + most), own = some.map((part) => sizes[part]!);
    const of = (kind: Several["reads"]): [string, TensorInfo][] =>
      some.flatMap((part, p) => Object.keys(kind).map((name): [string, TensorInfo] => [name + p, kind[name]![part]!]));
    const ends: number[] = [];
    const fours = some.map((part) => names.every((name) => inFours(shop.tiling, tensors[name]![part]!)));
    const steps = own.map((size, p) => fours[p] ? size / 4 : size);
    for (const count of steps) ends.push((ends.at(-1) ?? 0) + Math.ceil(count / threads));
    shop.run({
      key: `${key} ${own}`,
      reads: { ...Object.fromEntries(of(reads)), ...shared },
      writes: Object.fromEntries(of(writes)),
      fours: names.flatMap((name) => some.keys().filter((p) => fours[p]!).map((p) => name + p).toArray()),
      threads,
      groups: ends.at(-1)!,
      text: () =>
        `fn run(group: u32, lane: u32) {${
          steps.map((count, p) => `
  if (group < ${ends[p]}u) {
    let i = (group - ${ends[p - 1] ?? 0}u) * ${threads}u + lane;
    if (i >= ${count}u) { return; }
    ${text((name) => name + p)}
    return;
  }`).join("")
        }
}`,
    });
  }
}
