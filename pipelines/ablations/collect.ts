import type { EvaluatedMethod, Evaluation } from "../../lib/evaluation/mod.ts";
import {
  type Comparison,
  type ComparisonCell,
  type ComparisonFigure,
  type ComparisonRow,
  factorFigure,
  methodName,
  type NamedResult,
  resultsFigure,
} from "../../lib/report/mod.ts";
import type { AblationDefinition, AblationRow } from "./definition.ts";

/** What has been measured so far: an evaluation by the training's name. */
export type MeasuredAblation = ReadonlyMap<string, Evaluation>;

/** Puts what has been measured into the ablation's table: a training a row, then what it is compared with. */
export function collectAblation(ablation: AblationDefinition, folder: string, done: MeasuredAblation): Comparison {
  const cells = (result: EvaluatedMethod | undefined, run: string): (ComparisonCell | null)[] =>
    ablation.steps.map((step) => {
      const found = result?.steps.find((s) => s.step === step);
      if (result === undefined || found === undefined) return null;
      const { mean, standardError } = found, { tasks, secondsPerTask } = result;
      return { mean, standardError, tasks, secondsPerTask, run };
    });
  const published = ablation.steps.map(() => null);
  const models = ablation.rows.map(({ label, training }): ComparisonRow => ({
    label: ablation.labels.map((name) => String(label[name])),
    kind: "model",
    passes: 1,
    cells: cells(modelOf(done.get(training.name)), `${folder}/${training.name}`),
    published,
  }));
  const compared = ablation.rows.flatMap(({ label, training }) =>
    comparedWith(done.get(training.name)).map((result): ComparisonRow => ({
      label: ablation.labels.map((name, i) =>
        name === "task" ? String(label[name]) : i === Number(ablation.labels[0] === "task") ? methodName(result) : ""
      ),
      kind: result.kind === "published" ? "baseline" : result.kind,
      passes: result.passes,
      cells: cells(result, `${folder}/${training.name}`),
      published,
    }))
  );
  return {
    schemaVersion: 1,
    title: `${ablation.name}, ${ablation.size} size`,
    labels: ablation.labels,
    columns: ablation.steps.map((step) => `step ${step}`),
    rows: [...models, ...compared],
    notes: [ablation.question, ...ablation.notes],
  };
}

/** A panel of error against step for each group of rows, and error against the factor where it is a number. */
export function ablationFigures(ablation: AblationDefinition, done: MeasuredAblation): ComparisonFigure[] {
  const panels = [...new Set(ablation.rows.map(({ panel }) => panel))].flatMap((panel): ComparisonFigure[] => {
    const rows = ablation.rows.filter((row) => row.panel === panel);
    const results = rows.flatMap(({ line, training }): NamedResult[] => {
      const result = modelOf(done.get(training.name));
      return result === undefined ? [] : [{ name: line, result }];
    });
    if (results.length === 0) return [];
    const limit = limitOf(ablation, rows[0]!, done);
    const metric = metricOf(done, rows);
    const svg = resultsFigure(results, { metric, ...(limit === undefined ? {} : { limit }) });
    return [{ svg, caption: `${panel}: ${metric} after each step; bands are two standard errors on either side.` }];
  });
  return [...panels, ...againstFactor(ablation, done)];
}

/** The error after the trained number of steps against the factor, a line a panel. */
function againstFactor({ rows, against }: AblationDefinition, done: MeasuredAblation): ComparisonFigure[] {
  if (against === undefined) return [];
  const points = rows.flatMap(({ label, panel, training }) => {
    const result = modelOf(done.get(training.name));
    const last = result?.steps.find(({ step }) => step === result.trainedSteps);
    if (last === undefined) return [];
    const { mean, standardError } = last;
    return [{ name: panel, at: Number(label[against]), mean, standardError }];
  });
  if (points.length === 0) return [];
  const metric = metricOf(done, rows);
  const caption = `${metric} after the trained number of steps against ${against}; bands are two standard errors on ` +
    "either side.";
  return [{ svg: factorFigure(points, { factor: against, metric }), caption }];
}

function modelOf(evaluation: Evaluation | undefined): EvaluatedMethod | undefined {
  return evaluation?.results.find(({ method, distribution }) => method === "model" && distribution === "in");
}

/** Limits, baselines and controls on the trained mini-batch size, in distribution; the averaged model is left out. */
function comparedWith(evaluation: Evaluation | undefined): EvaluatedMethod[] {
  const model = modelOf(evaluation);
  return (evaluation?.results ?? []).filter(({ kind, distribution, observationsPerStep }) =>
    kind !== "model" && distribution === "in" && observationsPerStep === model?.observationsPerStep
  );
}

/** The exact limit of the row's task, from the training that was compared with it. */
function limitOf(
  { rows }: AblationDefinition,
  { training: { pipeline } }: AblationRow,
  done: MeasuredAblation,
): EvaluatedMethod | undefined {
  return rows.filter(({ training }) => training.pipeline === pipeline)
    .flatMap(({ training }) => comparedWith(done.get(training.name)))
    .find(({ method }) => method === "exact-posterior");
}

function metricOf(done: MeasuredAblation, rows: readonly AblationRow[]): string {
  const [metric] = rows.flatMap(({ training }) => done.get(training.name)?.metrics ?? []);
  return metric === undefined ? "error" : metric.unit === "%" ? `${metric.name} (%)` : metric.name;
}
