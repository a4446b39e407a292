import type { EvaluatedMethod, Evaluation } from "../../lib/evaluation/mod.ts";
import { type Comparison, type ComparisonCell, type ComparisonRow, methodName } from "../../lib/report/mod.ts";
import type { TableDefinition, TableRow, TableTraining } from "./definition.ts";
import published from "./published.json" with { type: "json" };

/** What has been measured so far: a training's run folder and evaluation; `undefined` where it is still to do. */
export type Measured = (
  training: TableTraining,
) => { readonly run: string; readonly evaluation: Evaluation } | undefined;

/** Puts what has been measured into the table, beside the published numbers. */
export function collectTable(table: TableDefinition, measured: Measured): Comparison {
  return {
    schemaVersion: 1,
    title: `${table.name} amortization, ${table.size} size`,
    labels: table.labels,
    columns: table.columns,
    rows: [...table.rows.map((row) => modelRow(table, row, measured)), ...comparedRows(table, measured)],
    notes: [`Published: ${published.source}.`, ...table.differences],
  };
}

function modelRow(table: TableDefinition, row: TableRow, measured: Measured): ComparisonRow {
  const cell = (column: string): ComparisonCell | null => {
    for (const training of row.trainings) {
      const distribution = Object.entries(training.columns).find(([, name]) => name === column)?.[0];
      const done = distribution === undefined ? undefined : measured(training);
      if (done === undefined) continue;
      const found = done.evaluation.results.find((r) => r.method === "model" && r.distribution === distribution);
      return found === undefined ? null : cellOf(found, row.steps, done.run);
    }
    return null;
  };
  return {
    label: table.labels.map((label) => String(row.label[label])),
    kind: "model",
    passes: 1,
    cells: table.columns.map(cell),
    published: table.columns.map((column) => publishedNumber(table.name, row, column)),
  };
}

/** Rows of other methods, by K, from those evaluations that compare. */
function comparedRows(table: TableDefinition, measured: Measured): ComparisonRow[] {
  const all = table.rows.flatMap(({ trainings }) => trainings).filter(({ compares }) => compares === true)
    .flatMap((training) => {
      const done = measured(training);
      if (done === undefined) return [];
      return done.evaluation.results.filter(({ kind }) => kind !== "model").map((result) => ({
        result,
        run: done.run,
        column: training.columns[result.distribution],
      }));
    });
  const methods = [...new Set(all.map(({ result }) => result.method))];
  const steps = [...new Set(table.rows.map((row) => row.steps))];
  return methods.flatMap((method) => {
    const own = all.filter(({ result }) => result.method === method);
    const { kind, passes } = own[0]!.result;
    if (kind === "published") return [];
    return steps.map((K): ComparisonRow => ({
      label: table.labels.length === 1 ? [`${methodName({ method })}, K ${K}`] : [methodName({ method }), String(K)],
      kind: kind === "model" ? "model" : kind,
      passes,
      cells: table.columns.map((column) => {
        const found = own.find((entry) => entry.column === column);
        return found === undefined ? null : cellOf(found.result, K, found.run);
      }),
      published: table.columns.map(() => null),
    }));
  });
}

function cellOf(result: EvaluatedMethod, step: number, run: string): ComparisonCell | null {
  const found = result.steps.find((s) => s.step === step);
  if (found === undefined) return null;
  const { mean, standardError } = found;
  const timed = step === result.steps.at(-1)!.step; // seconds are of all the steps, and no part of them is known
  return { mean, standardError, tasks: result.tasks, secondsPerTask: timed ? result.secondsPerTask : null, run };
}

function publishedNumber(name: string, { label, steps }: TableRow, column: string): number | null {
  const rows = (published as unknown as Readonly<Record<string, readonly Readonly<Record<string, string | number>>[]>>)[
    name
  ] ?? [];
  const found = rows.find((row) => row["steps"] === steps && (row["signal"] ?? undefined) === label["signal"]);
  return found === undefined ? null : found[column] as number;
}
