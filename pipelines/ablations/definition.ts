import type { TableSize, TableTraining } from "../tables/definition.ts";

/** One training of an ablation: what it is a row of, and where its line is drawn. */
export interface AblationRow {
  /** The label's parts, a column each. */
  readonly label: Readonly<Record<string, string | number>>;
  /** Name of the figure's panel that its line is in. */
  readonly panel: string;
  /** What its line is called there. */
  readonly line: string;
  /** The training; its evaluation in distribution is the row. */
  readonly training: TableTraining;
}

/** An ablation at one size: trainings that differ in one factor or a few. */
export interface AblationDefinition {
  /** What `deno task ablate` calls it. */
  readonly name: string;
  /** How large its models and trainings are. */
  readonly size: TableSize;
  /** What it asks, as a sentence. */
  readonly question: string;
  /** Heads of the label's columns. */
  readonly labels: readonly string[];
  /** Refinement steps that errors are told after, a column each. */
  readonly steps: readonly number[];
  /** The rows, top to bottom. */
  readonly rows: readonly AblationRow[];
  /** A label of numbers that the error after K steps is drawn against too. */
  readonly against?: string;
  /** Mini-batches that time and memory are measured over, few against one large one. */
  readonly runtime?: { readonly miniBatches: readonly number[]; readonly passes: readonly number[] };
  /** What a reader must know, a sentence each. */
  readonly notes: readonly string[];
}
