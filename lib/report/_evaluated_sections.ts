import type { Evaluation } from "../evaluation/evaluation_file.ts";
import { methodName, noiseFloorOf } from "./_cells.ts";
import { distributionsOf, inDistribution, onDistribution } from "./_distributions.ts";
import { bandErrors, errorPerStepFigure, otherSizesFigure } from "./_error_figures.ts";
import { generatedFigures } from "./_generated_figures.ts";
import { escape, htmlFigure } from "./_html.ts";
import { headline } from "./headline.ts";
import { perMetric } from "./_metrics.ts";
import { otherSizesTable, resultsTable, settingsTable } from "./_tables.ts";

/** What an evaluation found, as sections of a page: in distribution, then on each other one. */
export function evaluatedSections(whole: Evaluation): string[] {
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
