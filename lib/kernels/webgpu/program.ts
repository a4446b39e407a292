import type { TensorInfo } from "@tensorflow/tfjs";

/** One dispatch: WGSL on tensors. */
export interface Program {
  /** Names the text: all that enters it, shapes included. */
  readonly key: string;
  /** What is read, by the names that the text calls them. */
  readonly reads: Readonly<Record<string, TensorInfo>>;
  /** What is written, a result or in place, by name; no buffer of `reads`. */
  readonly writes: Readonly<Record<string, TensorInfo>>;
  /** Those of `reads` and `writes` that the text sees as `array<vec4f>`: floats in fours, from the first on. */
  readonly fours?: readonly string[];
  /** Threads of a work-group, at most 256. */
  readonly threads: number;
  /** Work-groups. */
  readonly groups: number;
  /** WGSL that has `fn run(group: u32, lane: u32)`. */
  readonly text: () => string;
}

/** Work-groups along x and y: no more than 32,768 along either. */
export function gridOf(groups: number): readonly [x: number, y: number] {
  return groups <= rowOfGroups ? [groups, 1] : [rowOfGroups, Math.ceil(groups / rowOfGroups)];
}

/** Work-groups of a row of the grid. */
export const rowOfGroups = 32_768;
