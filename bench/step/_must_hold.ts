import type { KernelShare } from "./kernel_share.ts";
import { type CellResult, found, markdown, ratio } from "./_table.ts";
import { median } from "./_measure.ts";

/** Something that is asked for, and what was measured. */
interface Check {
  readonly what: string;
  readonly target: number;
  /** Whether the target is the most or the least that holds. */
  readonly most: boolean;
  readonly value: number | undefined;
  readonly percent?: boolean;
}

/** Most times of PyTorch's time that this library may take, by cell: one worker against one thread, two against the better. */
const againstPytorch = {
  blas: { A: 0.8, B: 1.1, C: 1.3 },
  wasm: { A: 3, B: 4.2, C: 4.5 },
  "blas-2": { A: 0.5, B: 0.6, C: 0.7 },
  "wasm-2": { A: 1.4, B: 2.3, C: 2.5 },
} as const;

/** Least gain over a peer's time at B. */
const gainAtB = { blas: 80, wasm: 30 } as const;

const twoWorkers = 1.7;
const shareOutside = { auto: 0.25, off: 0.15 } as const;

/** Least gain of replayed iterations over those that run. */
const replayed = 1.3;
const words = { blas: "BLAS", wasm: "wasm" } as const;

/** What is asked of the CPU path, as far as it was measured. */
export function mustHold(cells: readonly CellResult[], shares: readonly Share[]): Check[] {
  return [...cells.flatMap(checksOf), ...shares.map(shareCheck)];
}

/** Shares of one setting, one a repetition. */
export interface Share {
  readonly blas: "off" | "auto";
  readonly runs: readonly KernelShare[];
}

/** The share of a step outside kernels, the median of its repetitions. */
export function outside({ runs }: Share): number {
  return median(runs.map(({ timed, inKernels }) => 1 - inKernels / timed));
}

function shareCheck(share: Share): Check {
  const what = `default pipeline, share outside kernels, ${share.blas === "auto" ? "BLAS" : "wasm"}`;
  return { what, target: shareOutside[share.blas], most: true, value: outside(share), percent: true };
}

function checksOf(cell: CellResult): Check[] {
  const checks: Check[] = [];
  for (const kind of ["blas", "wasm"] as const) {
    const at = `${cell.name}, ${words[kind]}`;
    if (cell.name in againstPytorch[kind]) {
      const name = cell.name as "A" | "B" | "C";
      const one = ratio(cell, kind, "pytorch")?.value;
      const two = ratio(cell, `${kind}-2`, better(cell))?.value;
      checks.push(
        { what: `${at}: 1 worker / PyTorch, 1 thread`, target: againstPytorch[kind][name], most: true, value: one },
        {
          what: `${at}: 2 workers / PyTorch, better of 1 and 2 threads`,
          target: againstPytorch[`${kind}-2`][name],
          most: true,
          value: two,
        },
      );
      for (const [peer, title] of [["tfjs", "stock tfjs"], ["jax-js", "jax-js, 1 thread"]] as const) {
        const target = name === "B" ? gainAtB[kind] : 1;
        checks.push({ what: `${at}: ${title} / 1 worker`, target, most: false, value: ratio(cell, peer, kind)?.value });
      }
    }
    if (cell.name === "default") {
      const value = ratio(cell, `${kind}-eager`, kind)?.value;
      checks.push({ what: `${at}: not replayed / replayed`, target: replayed, most: false, value });
    }
    const gain = ratio(cell, kind, `${kind}-2`)?.value;
    checks.push({ what: `${at}: 1 worker / 2 workers`, target: twoWorkers, most: false, value: gain });
  }
  return checks;
}

/** Whichever of PyTorch's two is faster. */
function better(cell: CellResult): string {
  const [one, two] = ["pytorch", "pytorch-2"].map((id) => median(found(cell, id)?.rounds ?? []));
  return two! < one! ? "pytorch-2" : "pytorch";
}

/** The checks as a table. */
export function mustHoldTable(checks: readonly Check[]): string {
  const show = (value: number, percent = false): string =>
    percent ? `${Number((100 * value).toFixed(1))} %` : value.toPrecision(3);
  return markdown(
    ["what must hold", "target", "measured", "holds"],
    checks.map(({ what, target, most, value, percent }) => [
      what,
      `${most ? "≤" : "≥"} ${percent ? show(target, true) : target}`,
      value === undefined ? "–" : show(value, percent),
      value === undefined ? "not measured" : (most ? value <= target : value >= target) ? "yes" : "NO",
    ]),
  );
}
