import type { Program } from "./program.ts";

/** A program whose `text` runs once for each `i` below `size`, on its own. */
export interface Elementwise extends Pick<Program, "reads" | "writes"> {
  /** Names the text; the size is added. */
  readonly key: string;
  readonly size: number;
  /** Statements in i. */
  readonly text: string;
  /** Declarations before them. */
  readonly before?: string;
}

/** 64 of them a work-group. */
export function elementwise({ key, reads, writes, size, text, before = "" }: Elementwise): Program {
  return {
    key: `${key} ${size}`,
    reads,
    writes,
    threads: 64,
    groups: Math.ceil(size / 64),
    text: () =>
      `${before}
fn run(group: u32, lane: u32) {
  let i = group * 64u + lane;
  if (i >= ${size}u) { return; }
  ${text}
}`,
  };
}
