import { Effect } from "effect";
import { integers, type Key, keyFor, purpose, uniforms } from "../random/mod.ts";
import type { Lengths } from "./regime.ts";
import { type NamedStage, stage } from "./stage.ts";
import type { DrawnTasks, Observations, TaskFamily, TaskRange } from "./task_family.ts";

/** Which draw is wanted: the same request gives the same bits on every backend and every worker. */
export interface SampleRequest {
  /** The run's seed. */
  readonly seed: number;
  /** Named streams never overlap: `training`, `validation`, `evaluation`, or any other name. */
  readonly split: string;
  /** Which batch of the stream. */
  readonly iteration: number;
  /** Which tasks of that batch. */
  readonly range: TaskRange;
}

/** A batch of tasks: K mini-batches of observations, queries with labels, what each step may see, and the tasks. */
export interface SampledTasks {
  /** What makes each task, as the family drew it. */
  readonly drawn: DrawnTasks;
  /** K mini-batches of N observations of every task. */
  readonly batches: readonly Observations[];
  /** Q held-out queries of every task, with labels. */
  readonly queries: Observations;
  /** What each step may see of its mini-batch. */
  readonly lengths: readonly Lengths[];
}

/** How the visible lengths are drawn: all; one an iteration (non-causal); one per query (causal, implicit). */
export type LengthDraw = "all" | "one" | "per-query";

/** Sizes of a sample. */
export interface SampleSizes {
  /** Mini-batches K. */
  readonly steps: number;
  /** Observations N in each. */
  readonly observations: number;
  /** Queries Q. */
  readonly queries: number;
  /** How visible lengths are drawn. */
  readonly lengths: LengthDraw;
}

/** Share of the queries that see the whole mini-batch when lengths are drawn per query. Source: RECIPES.md. */
export const fullLengthShare = 0.3;

/**
 * Draws tasks, K mini-batches of N observations each, and Q queries. Every draw depends on (seed, split, iteration,
 * number of the task in the batch) alone. The caller owns all tensors.
 *
 * @example Six tasks with three mini-batches each
 * ```ts
 * import { sampleTasks } from "@amortize/core/stages";
 * import { linearRegression } from "@amortize/core/tasks";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 *
 * const family = linearRegression({ dimension: 2, noise: 0.5 });
 * const draw = sampleTasks(family, { steps: 3, observations: 4, queries: 5, lengths: "all" });
 * const range = { first: 0, count: 6 };
 * const { batches, queries } = Effect.runSync(draw({ seed: 0, split: "training", iteration: 0, range }));
 * assertEquals(batches.map(({ x }) => x.shape), [[6, 4, 2], [6, 4, 2], [6, 4, 2]]); // [tasks, observations, features]
 * assertEquals(queries.y.shape, [6, 5, 1]); // [tasks, queries, outputs]
 * ```
 */
export function sampleTasks(family: TaskFamily, sizes: SampleSizes): NamedStage<SampleRequest, SampledTasks> {
  return stage("task sampling", ({ seed, split, iteration, range }) =>
    Effect.sync(() => {
      const key = keyFor(seed, split, iteration);
      const drawn = family.drawTasks(purpose(key, "tasks"), range);
      const observe = (name: string, count: number, role: "context" | "query"): Observations =>
        family.observe(drawn, { key: purpose(key, name), range, count, role, split });
      return {
        drawn,
        batches: Array.from({ length: sizes.steps }, (_, k) => observe(`context ${k}`, sizes.observations, "context")),
        queries: observe("queries", sizes.queries, "query"),
        lengths: Array.from({ length: sizes.steps }, (_, k) => drawLengths(key, range, sizes, k)),
      };
    }));
}

function drawLengths(key: Key, range: TaskRange, sizes: SampleSizes, step: number): Lengths {
  if (sizes.lengths === "all") return "all";
  if (sizes.lengths === "one") return integers(purpose(key, "length"), 1, sizes.observations).map((n) => n + 1);
  const count = range.count * sizes.queries, first = range.first * sizes.queries;
  const drawn = integers(purpose(key, `lengths ${step}`), count, sizes.observations, first);
  const whole = uniforms(purpose(key, `full lengths ${step}`), count, first);
  return drawn.map((n, i) => whole[i]! < fullLengthShare ? sizes.observations : n + 1);
}
