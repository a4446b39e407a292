import type { Evaluation } from "../evaluation/evaluation_file.ts";
import type { JsonObject } from "../training/pipeline.ts";
import type { MetricLine } from "../training/run_log.ts";

/** A run folder's contents, as a report reads them. */
export interface RunRecord {
  readonly name: string;
  /** config.json. */
  readonly config: JsonObject;
  readonly sessions: readonly JsonObject[];
  readonly metrics: readonly MetricLine[];
  readonly evaluation?: Evaluation;
}
