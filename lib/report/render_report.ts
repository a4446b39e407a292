import { bandErrors, errorOfRunsFigure } from "./_error_figures.ts";
import { evaluatedSections } from "./_evaluated_sections.ts";
import { escape, htmlFigure, htmlPage } from "./_html.ts";
import { differencesTable, runsTable, sessionsTable, valueText } from "./_tables.ts";
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
    ...(evaluation === undefined || evaluation.results.length === 0 ? [] : evaluatedSections(evaluation)),
    ...(run.metrics.length === 0 ? [] : trained(run)),
    ...details(run),
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
  if (last !== undefined) {
    parts.push(
      `${last.iteration} ${last.iteration === 1 ? "iteration" : "iterations"} in ${Math.round(last.elapsedSeconds)} s`,
    );
  }
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
