import type { Evaluation } from "../evaluation/evaluation_file.ts";
import { noiseFloorOf } from "./_cells.ts";
import { bandErrors, errorOfRunsFigure, errorPerStepFigure, otherSizesFigure } from "./_error_figures.ts";
import { distributionsOf, inDistribution, onDistribution } from "./_distributions.ts";
import { generatedFigures } from "./_generated_figures.ts";
import { escape, htmlFigure, htmlPage } from "./_html.ts";
import { perMetric } from "./_metrics.ts";
import {
  differencesTable,
  otherSizesTable,
  resultsTable,
  runsTable,
  sessionsTable,
  settingsTable,
  valueText,
} from "./_tables.ts";
import { methodName } from "./_cells.ts";
import { lossFigure, lossPerStepFigure, optimiserFigures } from "./_training_figures.ts";
import { headline } from "./headline.ts";
import type { RunRecord } from "./run_record.ts";

/** One self-contained HTML page about one run, or about several side by side: figures, tables, configuration, device. */
export function renderReport(runs: readonly RunRecord[]): string {
  const title = runs.map(({ name }) => name).join(", ");
  const [only] = runs;
  const sections = runs.length === 1 ? oneRun(only!) : severalRuns(runs);
  return htmlPage(`${title} · amortize`, [`<h1>${escape(title)}</h1>`, ...sections].join("\n"));
}

function oneRun(run: RunRecord): string[] {
  const { evaluation } = run;
  return [
    `<p class="soft">${escape(subtitle(run))}</p>`,
    ...(evaluation === undefined || evaluation.results.length === 0 ? [] : evaluated(evaluation)),
    ...(run.metrics.length === 0 ? [] : trained(run)),
    ...details(run),
  ];
}

function evaluated(whole: Evaluation): string[] {
  const others = distributionsOf(whole).filter((name) => name !== inDistribution);
  return [
    `<p class="lead">${escape(headline(whole))}</p>`,
    "<h2>Error after each refinement step</h2>",
    ...evaluatedOn(onDistribution(whole, inDistribution)),
    ...beside(whole, inDistribution),
    ...others.flatMap((name) => [
      `<h2>Tasks of ${escape(name)}</h2>`,
      ...evaluatedOn(onDistribution(whole, name)),
      ...beside(whole, name),
    ]),
  ];
}

/** What is measured beside the first metric, and pictures of generated points. */
function beside(whole: Evaluation, distribution: string): string[] {
  const [, ...others] = perMetric(onDistribution(whole, distribution));
  return [
    ...generatedFigures(whole, distribution),
    ...others.flatMap((evaluation) => {
      const { metrics: [metric], results: [model] } = evaluation;
      return [
        `<h3>${escape(metric!.name)}</h3>`,
        `<p class="soft">Mean ± standard error over ${
          model!.tasks
        } of the tasks, after those steps that were measured.</p>`,
        resultsTable(evaluation),
      ];
    }),
  ];
}

function evaluatedOn(evaluation: Evaluation): string[] {
  const { results: [model] } = evaluation;
  const has = (method: string): boolean => evaluation.results.some((r) => r.method === method);
  const caption = `Mean over ${model!.tasks} tasks never seen in training; bands are ±${bandErrors} standard errors. ` +
    `All methods see the same observations, ${model!.observationsPerStep} more a step. ` +
    (has("exact-posterior") ? "The exact posterior mean is the limit for any method. " : "") +
    (has("point-reference")
      ? "The point reference is the same for a state that holds θ alone: strong, but no proven bound. "
      : "") +
    (has("one step on all observations") ? "Methods without iteration use the same weights." : "");
  const others = otherSizesFigure(evaluation);
  return [
    htmlFigure(
      errorPerStepFigure(evaluation),
      "Error after each refinement step of the model, limits, baselines and controls",
      caption.trim(),
    ),
    `<p class="soft">${escape(tableNote(evaluation))}</p>`,
    resultsTable(evaluation),
    ...evaluation.results.filter(({ note }) => note !== undefined).map((row) =>
      `<p class="soft">${escape(`${methodName(row)}: ${row.note}.`)}</p>`
    ),
    settingsTable(evaluation),
    ...(others === undefined ? [] : [
      "<h2>Other mini-batch sizes</h2>",
      htmlFigure(
        others,
        "Error per step for several mini-batch sizes",
        `The model, trained with N = ${
          model!.observationsPerStep
        }, on mini-batches of other sizes. Solid: the model; dashed: ` +
          "the exact posterior on the same observations, where there is one.",
      ),
      otherSizesTable(evaluation),
    ]),
  ];
}

function trained(run: RunRecord): string[] {
  return [
    "<h2>Training</h2>",
    htmlFigure(
      lossFigure([run]),
      "Training loss and validation error over iterations",
      "Training loss, mean over steps and prefixes of the mini-batch, raw and as a running mean over a twentieth of the " +
        "curve; loss after step K on the validation tasks, which see whole mini-batches.",
    ),
    htmlFigure(
      lossPerStepFigure(run),
      "Training loss of each refinement step over iterations",
      "Training loss of each refinement step by itself.",
    ),
    optimiserFigures(run),
  ];
}

function severalRuns(runs: readonly RunRecord[]): string[] {
  const measured = runs.filter(({ evaluation }) => (evaluation?.results.length ?? 0) > 0);
  const metrics = [...new Set(measured.map(({ evaluation }) => evaluation!.results[0]!.metric))];
  const trainedRuns = runs.filter((run) => run.metrics.length > 0);
  const differences = differencesTable(runs);
  return [
    ...(measured.length === 0 ? [] : [
      "<h2>Error after each refinement step</h2>",
      ...metrics.map((metric) =>
        htmlFigure(
          errorOfRunsFigure(measured.filter(({ evaluation }) => evaluation!.results[0]!.metric === metric)),
          `${metric} per step of each run`,
          `Each run's model on its own evaluation tasks; bands are ±${bandErrors} standard errors. The exact posterior, ` +
            "where there is one, is the first run's.",
        )
      ),
      runsTable(measured),
    ]),
    ...(differences === "" ? [] : ["<h2>Settings that differ</h2>", differences]),
    ...(trainedRuns.length === 0 ? [] : [
      "<h2>Training</h2>",
      htmlFigure(
        lossFigure(trainedRuns),
        "Training loss and validation error of each run",
        "Training loss, mean over steps and prefixes, raw and as a running mean; dotted: loss after step K on the run's " +
          "validation tasks.",
      ),
    ]),
    ...runs.flatMap((run) => [
      `<h2>${escape(run.name)}</h2>`,
      `<p class="soft">${escape(subtitle(run))}</p>`,
      ...(run.evaluation === undefined ? [] : [`<p>${escape(headline(run.evaluation))}</p>`]),
      ...details(run, ""),
    ]),
  ];
}

/** What was trained, for how long and on what. */
function subtitle({ config, sessions, metrics }: RunRecord): string {
  const session = sessions.at(-1), last = metrics.at(-1);
  const parts = ["pipeline", "preset", "method", "seed"].filter((field) => config[field] !== undefined).map((field) =>
    `${field} ${valueText(config[field])}`
  );
  if (last !== undefined) parts.push(`${last.iteration} iterations in ${Math.round(last.elapsedSeconds)} s`);
  if (session !== undefined) {
    const { blas, workers, deno } = session;
    const library = typeof blas === "string" ? ` with ${blas.split("/").at(-1)}` : "";
    const threads = typeof workers === "number" ? `, ${workers} ${workers === 1 ? "worker" : "workers"}` : "";
    parts.push(`${valueText(session["description"])}${library}${threads}`, `Deno ${valueText(deno)}`);
  }
  return parts.join(" · ");
}

function details({ config, sessions }: RunRecord, heading = "<h2>Configuration and sessions</h2>"): string[] {
  return [
    heading,
    `<details><summary>config.json</summary><pre>${escape(JSON.stringify(config, null, 2))}</pre></details>`,
    ...(sessions.length === 0
      ? []
      : [`<details><summary>sessions.jsonl</summary>${sessionsTable(sessions)}</details>`]),
  ];
}

function tableNote(evaluation: Evaluation): string {
  const [model] = evaluation.results, floor = noiseFloorOf(evaluation);
  const columns = [
    ...(evaluation.results.some(({ method }) => method === "exact-posterior")
      ? ["the ratio to the exact posterior"]
      : []),
    ...(floor === undefined ? [] : [`the mean without the noise floor ${floor}`]),
  ].join(" and ");
  return "Mean ± standard error over tasks; " +
    (columns === "" ? "" : `${columns} after step K = ${model!.trainedSteps}; `) +
    "milliseconds per task for all steps.";
}
