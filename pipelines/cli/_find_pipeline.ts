import { Effect } from "effect";
import { closest } from "fastest-levenshtein";
import { UnknownOption } from "../../lib/errors/unknown_option.ts";
import { WrongUse } from "../../lib/errors/wrong_use.ts";
import type { CommonConfig, Pipeline } from "../../lib/training/mod.ts";
import { resolve, toFileUrl } from "./_paths.ts";

/** Built-in pipelines by name, loaded when asked for. */
export const builtInPipelines: Readonly<Record<string, () => Promise<{ readonly default: unknown }>>> = {
  "linear-regression": () => import("../linear_regression.ts"),
  "mnist": () => import("../mnist.ts"),
  "fashion-mnist": () => import("../fashion_mnist.ts"),
  "table": () => import("../table.ts"),
  "topological-order": () => import("../topological_order.ts"),
  "gmm": () => import("../gmm.ts"),
  "alphabets": () => import("../alphabets.ts"),
  "embeddings": () => import("../embeddings.ts"),
};

/** The pipeline that runs when none is named. */
export const defaultPipeline = "linear-regression";

/** Any pipeline, its own configuration's type forgotten: it is decoded by its own schema. */
export type AnyPipeline = Pipeline<CommonConfig>;

/** A pipeline and the module it came from, as the run folder records it. */
export interface FoundPipeline {
  readonly pipeline: AnyPipeline;
  readonly module: string;
}

/** Finds a built-in pipeline by its name, or loads a module (`./mine.ts`) whose default export is one. */
export function findPipeline(name: string): Effect.Effect<FoundPipeline, UnknownOption | WrongUse> {
  return Effect.gen(function* () {
    const isModule = /[/\\]|\.(ts|js|mts|mjs)$/.test(name);
    const load = builtInPipelines[name];
    if (load === undefined && !isModule) {
      const nearest = [closest(name, Object.keys(builtInPipelines))];
      return yield* new UnknownOption({ kind: "pipeline", found: name, nearest });
    }
    const loaded = yield* Effect.tryPromise({
      try: load ?? (() => import(toFileUrl(resolve(name)))),
      catch: (cause) =>
        new WrongUse({
          command: `with module ${name}`,
          problem: `it does not load (${cause instanceof Error ? cause.message : cause})`,
          remedy: "name a module whose default export is a pipeline",
        }),
    });
    if (!isPipeline(loaded.default)) {
      return yield* new WrongUse({
        command: `with module ${name}`,
        problem: "its default export is not a pipeline",
        remedy: "export default pipeline({ name, config, presets, build })",
      });
    }
    return { pipeline: loaded.default, module: name };
  });
}

function isPipeline(value: unknown): value is AnyPipeline {
  return typeof value === "object" && value !== null && "name" in value && "config" in value && "build" in value &&
    "presets" in value;
}
