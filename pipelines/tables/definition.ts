import type { JsonObject } from "../../lib/training/mod.ts";

/** One training of a table: a pipeline under settings, and the columns that its evaluation fills. */
export interface TableTraining {
  /** Names the run folder: unique in the table. */
  readonly name: string;
  /** What the name is made of, as `--only` takes it: a pipeline's name is one part. Split at dashes unless said. */
  readonly parts?: readonly string[];
  /** A built-in pipeline. */
  readonly pipeline: string;
  /** One of the pipeline's methods, below the settings; none for the regime that the table is of. */
  readonly method?: string;
  /** Settings on top of the pipeline's defaults, as a tree. */
  readonly settings: JsonObject;
  /** Column by the distribution that fills it: `in`, or the name of another data set. */
  readonly columns: Readonly<Record<string, string>>;
  /** Whether its evaluation measures limits, baselines and controls too, which fill rows of their own. */
  readonly compares?: boolean;
}

/** A row: what it is, and the trainings that fill it. */
export interface TableRow {
  /** The label's parts, a column each: signal and K, or K alone. */
  readonly label: Readonly<Record<string, string | number>>;
  /** Refinement steps K that its models are trained for, and read after. */
  readonly steps: number;
  /** Trainings that fill the row. */
  readonly trainings: readonly TableTraining[];
}

/** A table of the paper at one size. */
export interface TableDefinition {
  /** `parametric`, `explicit`, `implicit`. */
  readonly name: string;
  /** How large its models and trainings are. */
  readonly size: TableSize;
  /** Heads of the label's columns. */
  readonly labels: readonly string[];
  /** Columns of numbers: `linreg`, then `trained>evaluated`. */
  readonly columns: readonly string[];
  /** The rows, in the paper's order, then ours. */
  readonly rows: readonly TableRow[];
  /** What differs from the paper, a sentence each. */
  readonly differences: readonly string[];
}

/** Sizes of a table: minutes a cell on two cores, an hour a cell, or the paper's own. */
export type TableSize = "quick" | "small" | "paper";

/** All sizes. */
export const tableSizes: readonly TableSize[] = ["quick", "small", "paper"];
