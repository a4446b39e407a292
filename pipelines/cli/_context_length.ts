import { Effect } from "effect";
import { RunNotUsable } from "../../lib/errors/run_not_usable.ts";
import { measureContextLength } from "../../lib/evaluation/context_length.ts";
import { writeTextAtomic } from "../../lib/files/mod.ts";
import { contextLengthFigure } from "../../lib/report/context_length_figure.ts";
import { disposeTrainingState } from "../../lib/training/mod.ts";
import { chosenReplay } from "./_chosen_replay.ts";
import { writeLightFigure } from "./_evaluate_and_report.ts";
import { loadTrained } from "./_load_trained.ts";
import { openRun, type ReplayChoice } from "./_open_run.ts";
import { print, say } from "./_terminal.ts";

/** Tasks and queries that a long context is measured on. */
const sizes = { tasks: 64, queries: 256 } as const;

/** Measures a run's error up to so many mini-batches; writes context_length.json and .svg into its folder. */
export function reportContextLength(folder: string, options: {
  readonly miniBatches: number;
  readonly data: string | undefined;
  readonly checkpoint: "best" | "last";
  readonly json: boolean;
  readonly replay: ReplayChoice;
  readonly tasks?: number;
  readonly seed?: number;
}) {
  return Effect.gen(function* () {
    const { identity, config, built } = yield* openRun(folder, options.data);
    const { loss, metric, name } = built.family;
    const action = "measure long contexts of";
    if (loss !== "squared-error" && loss !== "cross-entropy") {
      const reason = `ridge regression has no answer to ${name}`;
      return yield* new RunNotUsable({ folder, action, reason, remedy: "take a run of a regression or of classes" });
    }
    const state = yield* loadTrained(folder, identity, options.checkpoint, action);
    const { tasks, seed } = { tasks: sizes.tasks, seed: identity.seed, ...options };
    const points = yield* Effect.scoped(Effect.flatMap(chosenReplay(options.replay), (replay) =>
      measureContextLength({
        built,
        config,
        weights: state.weights,
        seed,
        tasks,
        queries: sizes.queries,
        miniBatches: options.miniBatches,
        onProgress: ({ miniBatches }) => say(`${miniBatches} of ${options.miniBatches} mini-batches`),
        replay,
      })));
    disposeTrainingState(state);
    const title = metric.unit === "%" ? `${metric.name} (%)` : metric.name;
    const paths = { figure: `${folder}/context_length.svg`, numbers: `${folder}/context_length.json` };
    const text = JSON.stringify({ schemaVersion: 1, metric, seed, ...sizes, tasks, points }, null, 2);
    yield* writeLightFigure(paths.figure, contextLengthFigure(points, { metric: title, trainedSteps: config.steps }));
    yield* writeTextAtomic(paths.numbers, `${text}\n`);
    if (options.json) return yield* print(JSON.stringify({ ...paths, points }));
    yield* print(`${title} on ${tasks} new tasks\n${"mini-batches".padStart(12)}  last state    averaged       ridge`);
    for (const { miniBatches, last, averaged, ridge } of points) {
      const cells = [last, averaged, ridge].map(({ mean }) => mean.toPrecision(4).padStart(10)).join("  ");
      yield* print(`${String(miniBatches).padStart(12)}  ${cells}`);
    }
    yield* print(`figure: ${paths.figure}`);
  });
}
