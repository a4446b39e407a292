import type { EvaluatedMethod, Evaluation } from "../evaluation/evaluation_file.ts";
import type { Json } from "../training/pipeline.ts";
import {
  errorOfRunsFigure,
  errorPerStepFigure,
  lossFigure,
  lossOfRunsFigure,
  optimiserFigures,
  otherObservationsFigure,
} from "./_figures.ts";
import { escape, htmlFigure, htmlPage, htmlTable } from "./_html.ts";
import { methodName } from "./render_table.ts";
import type { RunRecord } from "./run_record.ts";

/** One self-contained HTML page about one run, or about several side by side: figures, tables, configuration, device. */
export function renderReport(runs: readonly RunRecord[]): string {
  const [first] = runs;
  const title = runs.length === 1 ? first!.name : runs.map(({ name }) => name).join(", ");
  const sections = runs.length === 1 ? oneRun(first!) : [...severalRuns(runs), ...runs.map(details)];
  return htmlPage(`${title} · amortize`, `<h1>${escape(title)}</h1>${sections.join("\n")}`);
}

function oneRun(run: RunRecord): string[] {
  const { evaluation } = run;
  const parts = [`<p class="soft">${escape(subtitle(run))}</p>`];
  if (evaluation !== undefined) {
    parts.push(`<p class="lead">${escape(headline(evaluation))}</p>`, "<h2>Error after each refinement step</h2>");
    parts.push(htmlFigure(
      errorPerStepFigure(evaluation),
      "Error after each refinement step of the model, limits, baselines and controls",
      `Mean over ${
        evaluation.results[0]!.tasks
      } tasks never seen in training; bands are two standard errors. All methods ` +
        "see the same observations, a mini-batch a step. Limits are dashed.",
    ));
    parts.push(resultsTable(evaluation), settingsTable(evaluation), otherObservationsFigure(evaluation) ?? "");
  }
  if (run.metrics.length > 0) {
    parts.push(
      "<h2>Training</h2>",
      htmlFigure(
        lossFigure(run),
        "Training loss of each refinement step, and validation error",
        "Training loss of each refinement step, mean over prefixes, smoothed over a twentieth of the curve; and the " +
          "error after step K on the validation tasks.",
      ),
      optimiserFigures(run),
    );
  }
  return [...parts, details(run)];
}

function severalRuns(runs: readonly RunRecord[]): string[] {
  const evaluated = runs.filter(({ evaluation }) => evaluation !== undefined);
  const parts: string[] = [];
  if (evaluated.length > 0) {
    parts.push(
      "<h2>Error after each refinement step</h2>",
      htmlFigure(
        errorOfRunsFigure(runs),
        "Error per step of each run",
        "Each run's model on its own evaluation tasks.",
      ),
      htmlTable(
        ["run", "K", "N", "after step K", "after the last step", "ms/task"],
        evaluated.map(({ name, evaluation }) => {
          const [model] = evaluation!.results;
          const at = (step: number | undefined) => stepCell(model!, step);
          return [
            name,
            String(model!.trainedSteps),
            String(model!.observationsPerStep),
            at(model!.trainedSteps),
            at(model!.steps.at(-1)?.step),
            (1000 * model!.secondsPerTask).toPrecision(2),
          ];
        }),
      ),
    );
  }
  const trained = runs.filter(({ metrics }) => metrics.length > 0);
  if (trained.length > 0) {
    const figure = htmlFigure(lossOfRunsFigure(trained), "Training loss of each run", "Training loss, smoothed.");
    parts.push("<h2>Training</h2>", figure);
  }
  return parts;
}

function subtitle({ config, sessions, metrics }: RunRecord): string {
  const session = sessions.at(-1);
  const last = metrics.at(-1);
  const parts = [
    `pipeline ${text(config["pipeline"])}`,
    `preset ${text(config["preset"])}`,
    `seed ${text(config["seed"])}`,
  ];
  if (last !== undefined) parts.push(`${last.iteration} iterations in ${Math.round(last.elapsedSeconds)} s`);
  if (session !== undefined) {
    const blas = session["blas"] === null || session["blas"] === undefined ? "" : ` with ${text(session["blas"])}`;
    parts.push(
      `${text(session["description"])}${blas}, ${text(session["workers"])} thread(s), Deno ${text(session["deno"])}`,
    );
  }
  return parts.join(" · ");
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

/** The result in a sentence, computed from the numbers. */
export function headline({ results, metrics }: Evaluation): string {
  const [model] = results;
  const K = model!.trainedSteps;
  const at = (method: string): number | undefined =>
    results.find((r) => r.method === method && r.observationsPerStep === model!.observationsPerStep)
      ?.steps.find(({ step }) => step === K)?.mean;
  const own = stepCell(model!, K);
  const sentences = [`After ${K} refinements the model's ${metrics[0]!.name} is ${own}`];
  const mean = at("model"), exact = at("exact-posterior"), sgd = at("sgd"), adam = at("adam");
  if (mean !== undefined && exact !== undefined) {
    sentences[0] += `, ${(mean / exact).toFixed(2)} × the exact posterior's ${exact.toPrecision(3)}`;
  }
  if (sgd !== undefined && adam !== undefined) {
    sentences.push(
      `One pass over the same observations gets SGD to ${sgd.toPrecision(3)} and Adam to ${adam.toPrecision(3)}`,
    );
  }
  return sentences.join(". ") + ".";
}

function stepCell({ steps }: EvaluatedMethod, step: number | undefined): string {
  const found = steps.find((s) => s.step === step);
  return found === undefined ? "–" : `${found.mean.toPrecision(3)} ± ${found.standardError.toPrecision(1)}`;
}

function resultsTable({ results }: Evaluation): string {
  const [model] = results;
  const last = model!.steps.at(-1)!.step;
  const steps = [...new Set([0, 1, 2, model!.trainedSteps, last])].filter((s) => s <= last).sort((a, b) => a - b);
  return htmlTable(
    [
      "method",
      "N",
      ...steps.map((step) => step === model!.trainedSteps ? `step ${step} = K` : `step ${step}`),
      "ms/task",
    ],
    results.map((result) => [
      methodName(result),
      String(result.observationsPerStep),
      ...steps.map((step) => stepCell(result, step)),
      (1000 * result.secondsPerTask).toPrecision(2),
    ]),
  );
}

function settingsTable({ results }: Evaluation): string {
  const rows = results.filter(({ setting }) => setting !== undefined);
  if (rows.length === 0) return "";
  return htmlTable(
    ["baseline", "chosen on validation tasks", "passes to reach the model"],
    rows.map((r) => [methodName(r), r.setting!, passesCell(r)]),
  );
}

/** Ridge is solved in one go: passes mean nothing there. */
function passesCell({ method, matchedAfterPasses }: EvaluatedMethod): string {
  if (method === "ridge") return "–";
  return matchedAfterPasses === undefined ? "not within 200" : String(matchedAfterPasses);
}

function details({ name, config, sessions }: RunRecord): string {
  const pretty = (value: unknown): string => `<pre>${escape(JSON.stringify(value, null, 2))}</pre>`;
  return `<h2>${escape(name)}: configuration and sessions</h2>` +
    `<details><summary>config.json</summary>${pretty(config)}</details>` +
    `<details><summary>sessions.jsonl</summary>${pretty(sessions)}</details>`;
}
