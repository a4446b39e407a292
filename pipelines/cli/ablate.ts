import { Effect } from "effect";
import { withDeviceFailures } from "../../lib/device/mod.ts";
import type { Runtime } from "../../lib/evaluation/mod.ts";
import { exists, writeTextAtomic } from "../../lib/files/mod.ts";
import { renderComparison, renderComparisonPage, renderRuntime, renderRuntimePage } from "../../lib/report/mod.ts";
import { ablations } from "../ablations/ablations.ts";
import { ablationFigures, collectAblation } from "../ablations/collect.ts";
import { collectRuntime } from "../ablations/collect_runtime.ts";
import type { AblationDefinition } from "../ablations/definition.ts";
import { chooseDefinition } from "./_choose_definition.ts";
import { readRuntime, runtimePath, writeRuntime } from "./_measure_runtime.ts";
import { listCells } from "./_list_cells.ts";
import type { Arguments } from "./_options.ts";
import { print } from "./_terminal.ts";
import { type DoneCells, trainCells } from "./_train_cells.ts";

/** `deno task ablate`: trains what an ablation lacks, and writes its table and figures. */
export default function ablateCommand(args: Arguments) {
  return Effect.scoped(withDeviceFailures(Effect.gen(function* () {
    const ablation = yield* chooseDefinition(args, { command: "ablate", kind: "ablation" }, ablations);
    const { runtime } = ablation;
    const folder = `runs/ablations/${ablation.name}-${ablation.size}`;
    const pageOf = (done: DoneCells) =>
      runtime === undefined
        ? Effect.succeed(comparisonPage(ablation, folder, done))
        : runtimePage(ablation, folder, done);
    const write = (done: DoneCells) =>
      Effect.gen(function* () {
        const page = yield* pageOf(done);
        if (done.size === 0) return page;
        yield* writeTextAtomic(`${folder}/table.json`, `${JSON.stringify(page.data, null, 2)}\n`);
        yield* writeTextAtomic(`${folder}/table.html`, page.html());
        return page;
      });
    const trainings = ablation.rows.map(({ training }) => training);
    if (args.flag("list")) return yield* listCells(args, folder, trainings);
    const done = yield* trainCells(args, {
      ...{ command: "ablate" as const, folder, trainings, write },
      ...(runtime === undefined ? {} : {
        further: {
          isDone: (folder) => exists(runtimePath(folder)),
          measure: (cell) => writeRuntime(runtime, cell),
        },
      }),
    });
    const page = yield* write(done);
    if (args.flag("json")) return yield* print(JSON.stringify(page.data));
    yield* print(page.text);
    if (done.size > 0) yield* print(`page: ${folder}/table.html`);
  })));
}

/** What is written and printed of an ablation. */
interface AblationPage {
  readonly data: unknown;
  readonly text: string;
  readonly html: () => string;
}

function comparisonPage(ablation: AblationDefinition, folder: string, done: DoneCells): AblationPage {
  const data = collectAblation(ablation, folder, done);
  const html = () => renderComparisonPage(data, ablationFigures(ablation, done));
  return { data, text: renderComparison(data), html };
}

function runtimePage(ablation: AblationDefinition, folder: string, done: DoneCells) {
  return Effect.gen(function* () {
    const measured = new Map<string, Runtime>();
    for (const name of done.keys()) {
      const runtime = yield* readRuntime(`${folder}/${name}`);
      if (runtime !== undefined) measured.set(name, runtime);
    }
    const data = collectRuntime(ablation, measured);
    const page: AblationPage = { data, text: renderRuntime(data), html: () => renderRuntimePage(data) };
    return page;
  });
}
