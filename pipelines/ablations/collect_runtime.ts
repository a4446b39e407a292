import type { Runtime } from "../../lib/evaluation/mod.ts";
import type { RuntimeReport } from "../../lib/report/mod.ts";
import type { AblationDefinition } from "./definition.ts";

/** Puts what was timed into one report, a training's rows after another's; baselines last. */
export function collectRuntime(ablation: AblationDefinition, measured: ReadonlyMap<string, Runtime>): RuntimeReport {
  const found = ablation.rows.flatMap(({ line, training }) => {
    const runtime = measured.get(training.name);
    return runtime === undefined ? [] : [{ line, runtime, steps: training.settings["steps"] as number }];
  });
  const rows = found.flatMap(({ line, runtime }) =>
    runtime.rows.map((row) => ({ ...row, name: row.kind === "model" ? line : row.method }))
  );
  return {
    schemaVersion: 1,
    title: `${ablation.name}, ${ablation.size} size`,
    device: found[0]?.runtime.device ?? "nothing yet",
    metric: found[0]?.runtime.metric ?? "error",
    steps: found[0]?.steps ?? 1,
    rows: [...rows.filter(({ kind }) => kind === "model"), ...rows.filter(({ kind }) => kind === "baseline")],
    notes: [ablation.question, ...ablation.notes],
  };
}
