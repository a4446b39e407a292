import { median } from "../_measure.ts";
import { markdown } from "../_table.ts";
import type { MeasuredGpu } from "./_measure_gpu.ts";
import type { Profile } from "./profile.ts";

/** What one cell gave. */
export interface GpuCellResult {
  readonly name: string;
  readonly description: string;
  readonly measured: readonly MeasuredGpu[];
  /** Where our replay's time goes, if that was asked for. */
  readonly profile?: Profile;
}

/** A row for each contender of each cell. */
export function gpuTimesTable(cells: readonly GpuCellResult[]): string {
  const rows = cells.flatMap(({ name, measured }) => {
    const planned = measured.find(({ facts }) => facts?.memory)?.facts?.memory;
    return measured.filter(({ whole }) => whole.length > 0).map(({ id, title, facts, host, whole, read }) =>
      [
        `${name}: ${title}`,
        facts?.dispatches ?? "–",
        range(host),
        range(whole),
        range(read),
        planned && (id === "eager" || facts?.memory) ? megabytes(facts?.memory?.planned ?? planned.eager) : "–",
        facts === undefined ? "–" : megabytes(facts.held),
      ].map(String)
    );
  });
  return markdown([
    "medians (min–max of rounds)",
    "dispatches",
    "host, ms",
    "whole step, ms",
    "loss read each step, ms",
    "intermediates, MB",
    "held, MB",
  ], rows);
}

/** Our replay's whole step beside the others'. */
export function gpuRatiosTable(cells: readonly GpuCellResult[]): string {
  const rows = cells.flatMap(({ name, measured }) => {
    const own = measured.find(({ id, whole }) => id === "replayed" && whole.length > 0);
    if (own === undefined) return [];
    return measured.filter((m) => m !== own && m.whole.length > 0).map(({ title, whole, host }) => {
      const ratios = own.whole.slice(0, whole.length).map((ms, i) => ms / whole[i]!);
      const ofHost = host.length > 0 && own.host.length > 0 ? three(median(own.host) / median(host)) : "–";
      return [`${name}: ${title}`, `${three(median(own.whole) / median(whole))} (${span(ratios)})`, ofHost];
    });
  });
  return markdown(["our replay's time / theirs", "whole step", "host"], rows);
}

/** Programs of a profile that have a row. */
const shown = 12;

/** What took longest on the GPU; a pass for each dispatch makes all of it a little slower. */
export function gpuProfileTable(cells: readonly GpuCellResult[]): string {
  const rows = cells.flatMap(({ name, profile }) => {
    const programs = profile?.programs ?? [], whole = programs.reduce((sum, { ms }) => sum + ms, 0);
    return programs.slice(0, shown).map(({ program, calls, ms }) => [
      `${name}: ${program.trim()}`,
      String(calls),
      three(ms),
      `${(100 * ms / whole).toFixed(0)} %`,
    ]);
  });
  return markdown(["our replay, program by program", "dispatches a step", "ms a step", "of all"], rows);
}

/** How far losses are apart, relative to the first contender's that has as many; bits where they are equal. */
export function gpuLossesTable(cells: readonly GpuCellResult[]): string {
  const rows = cells.flatMap(({ name, measured }) => {
    const all = measured.filter(({ losses }) => losses.length > 0), [reference] = all;
    return all.slice(1).map(({ title, losses }) => {
      const steps = Math.min(losses.length, reference!.losses.length);
      const apart = Math.max(...losses.slice(0, steps).map((loss, i) => Math.abs(loss / reference!.losses[i]! - 1)));
      return [
        `${name}: ${title}`,
        String(steps),
        apart === 0 ? "equal" : apart.toExponential(1),
        apart <= 1e-4 ? "yes" : "NO",
      ];
    });
  });
  return markdown(["losses against our replay's", "steps", "apart", "≤ 1e-4"], rows);
}

function range(values: readonly number[]): string {
  return values.length === 0 ? "–" : `${three(median(values))} (${span(values)})`;
}

function span(values: readonly number[]): string {
  return `${three(Math.min(...values))}–${three(Math.max(...values))}`;
}

function three(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
