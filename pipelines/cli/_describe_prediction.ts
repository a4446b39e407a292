import type { LoadedRun } from "../loaded_run.ts";
import { counted, duration, listed } from "./_terminal.ts";
import type { Written } from "./_write_predictions.ts";

/** What a prediction was made from, and what came out. */
export interface PredictionSummary extends Written {
  readonly predictions: string;
  readonly state: string | null;
  readonly contextRows: number;
  readonly earlierRows: number;
  readonly miniBatches: number;
  readonly scalerRows: number;
  readonly leftOut: readonly string[];
  readonly average: boolean;
  readonly seconds: number;
}

/** The lines that `deno task predict` ends with. */
export function describePrediction(summary: PredictionSummary, run: LoadedRun, target: string): string {
  const { earlierRows, contextRows, miniBatches, error, leftOut } = summary;
  const number = (value: number): string => value.toLocaleString("en-US");
  const before = earlierRows === 0 ? "" : ` after ${number(earlierRows)} of earlier`;
  const unseen = Object.entries(error?.unseen ?? {}).map(([name, rows]) => `${name} (${counted(rows, "row")})`);
  return [
    `context: ${counted(contextRows, "row")}${before}, ${counted(miniBatches, "mini-batch", "mini-batches")} of ` +
    `${run.config.observations}, scaled by the first ${counted(summary.scalerRows, "row")}, ${
      duration(summary.seconds)
    }`,
    ...(leftOut.length === 0 ? [] : [`left out, since they do not vary there: ${listed(leftOut)}`]),
    `queries: ${counted(summary.queryRows, "row")}, ${summary.average ? "late states averaged" : "the last state"}`,
    ...(error === undefined ? [] : [
      error.variance === undefined
        ? `error of ${target}: ${error.error.toPrecision(3)} % of ${counted(error.rows, "row")}`
        : `error of ${target}: ${error.error.toPrecision(4)} mean square, ${
          Math.sqrt(error.error).toPrecision(4)
        } root, over ${counted(error.rows, "row")} of variance ${error.variance.toPrecision(4)}`,
    ]),
    ...(unseen.length === 0 ? [] : [`classes that the context lacks, counted as errors: ${listed(unseen)}`]),
    ...(summary.state === null ? [] : [`state: ${summary.state}`]),
    `predictions: ${summary.predictions}`,
  ].join("\n");
}
