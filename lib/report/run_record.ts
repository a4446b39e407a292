import type { Evaluation } from "../evaluation/evaluation_file.ts";
import type { JsonObject } from "../training/pipeline.ts";
import type { MetricLine } from "../training/run_log.ts";

/** A run folder's contents, as a report reads them. */
export interface RunRecord {
  /** The run's name as people see it. */
  readonly name: string;
  /** config.json. */
  readonly config: JsonObject;
  /** sessions.jsonl. */
  readonly sessions: readonly JsonObject[];
  /** metrics.jsonl. */
  readonly metrics: readonly MetricLine[];
  /** evaluation.json, once the run was evaluated. */
  readonly evaluation?: Evaluation;
}
