import { own } from "./_contenders.ts";
import { type Measured, median } from "./_measure.ts";

/** What one cell gave. */
export interface CellResult {
  readonly name: string;
  readonly description: string;
  readonly measured: readonly Measured[];
}

/** A Markdown table. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map((_, i) => i === 0 ? "---" : "---:"), ...rows].map((row) => `| ${row.join(" | ")} |`).join(
    "\n",
  );
}

/** The contender of a cell if it was measured. */
export function found({ measured }: CellResult, id: string): Measured | undefined {
  return measured.find((m) => m.id === id && m.rounds.length > 0);
}

/** The ratio of two contenders' medians, and the range of the ratios of single rounds; undefined unless both ran. */
export function ratio(
  cell: CellResult,
  id: string,
  peer: string,
): { value: number; low: number; high: number } | undefined {
  const a = found(cell, id), b = found(cell, peer);
  if (a === undefined || b === undefined) return undefined;
  const pairs = a.rounds.slice(0, b.rounds.length).map((ms, i) => ms / b.rounds[i]!);
  return { value: median(a.rounds) / median(b.rounds), low: Math.min(...pairs), high: Math.max(...pairs) };
}

/** Milliseconds a step of every contender, a column a cell. */
export function timesTable(cells: readonly CellResult[]): string {
  const titles = new Map(cells.flatMap(({ measured }) => measured.map(({ id, title }) => [id, title] as const)));
  const rows = [...titles].map(([id, title]) => [
    title,
    ...cells.map((cell) => {
      const rounds = found(cell, id)?.rounds;
      if (rounds === undefined) return "–";
      const few = rounds.length < 7 ? `, of ${rounds.length}` : "";
      return `${ms(median(rounds))} (${ms(Math.min(...rounds))}–${ms(Math.max(...rounds))}${few})`;
    }),
  ]);
  return markdown(["ms a step: median (min–max of 7 or more rounds)", ...cells.map(({ name }) => name)], rows);
}

/** How many times a peer's time ours take: medians, and the range over single rounds. */
export function ratiosTable(cells: readonly CellResult[]): string {
  const peers = new Map(
    cells.flatMap(({ measured }) => measured.filter(({ id }) => !own.includes(id)).map(({ id, title }) => [id, title])),
  );
  const rows = cells.flatMap((cell) =>
    own.flatMap((id) => {
      const measured = found(cell, id);
      if (measured === undefined) return [];
      const ratios = [...peers.keys()].map((peer) => {
        const r = ratio(cell, id, peer);
        return r === undefined ? "–" : `${r.value.toPrecision(3)} (${r.low.toPrecision(3)}–${r.high.toPrecision(3)})`;
      });
      return [[`${cell.name}: ${measured.title}`, ...ratios]];
    })
  );
  return markdown(["our time / theirs: of medians (min–max of rounds)", ...peers.values()], rows);
}

/** How far the losses of the first 20 steps are apart, relative to PyTorch's, or to the first contender's. */
export function lossesTable(cells: readonly CellResult[]): string {
  const rows = cells.flatMap((cell) => {
    const all = cell.measured.filter(({ losses }) => losses.length > 0);
    const reference = all.find(({ id }) => id === "pytorch") ?? all[0];
    return all.filter((m) => m !== reference).map((m) => {
      const apart = m.losses.map((loss, i) => Math.abs(loss / reference!.losses[i]! - 1));
      const worst = Math.max(...apart.slice(0, reference!.losses.length));
      return [`${cell.name}: ${m.title}`, String(apart.length), worst.toExponential(1), worst <= 1e-4 ? "yes" : "NO"];
    });
  });
  return markdown(["losses against PyTorch's (default: against our first)", "steps", "apart", "≤ 1e-4"], rows);
}

function ms(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}
