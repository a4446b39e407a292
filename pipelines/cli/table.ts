import { Effect } from "effect";
import { withDeviceFailures } from "../../lib/device/mod.ts";
import { writeTextAtomic } from "../../lib/files/mod.ts";
import { renderComparison, renderComparisonPage } from "../../lib/report/mod.ts";
import { collectTable } from "../tables/collect.ts";
import type { TableDefinition } from "../tables/definition.ts";
import { tables } from "../tables/tables.ts";
import { chooseDefinition } from "./_choose_definition.ts";
import { listCells } from "./_list_cells.ts";
import type { Arguments } from "./_options.ts";
import { print } from "./_terminal.ts";
import { type DoneCells, trainCells } from "./_train_cells.ts";

/** `deno task table`: trains what a table of the paper lacks, cell by cell, and writes it beside the published numbers. */
export default function tableCommand(args: Arguments) {
  return Effect.scoped(withDeviceFailures(Effect.gen(function* () {
    const table = yield* chooseDefinition(args, { command: "table", kind: "table" }, tables);
    const folder = `runs/tables/${table.name}-${table.size}`;
    const write = (done: DoneCells) => writeTable(table, folder, done);
    const trainings = table.rows.flatMap(({ trainings }) => trainings);
    if (args.flag("list")) return yield* listCells(args, folder, trainings);
    const done = yield* trainCells(args, { command: "table", folder, trainings, write });
    const comparison = yield* write(done);
    if (args.flag("json")) return yield* print(JSON.stringify(comparison));
    yield* print(renderComparison(comparison));
    if (done.size > 0) yield* print(`page: ${folder}/table.html`);
  })));
}

function writeTable(table: TableDefinition, folder: string, done: DoneCells) {
  return Effect.gen(function* () {
    const comparison = collectTable(table, ({ name }) => {
      const evaluation = done.get(name);
      return evaluation === undefined ? undefined : { run: `${folder}/${name}`, evaluation };
    });
    if (done.size > 0) {
      yield* writeTextAtomic(`${folder}/table.json`, `${JSON.stringify(comparison, null, 2)}\n`);
      yield* writeTextAtomic(`${folder}/table.html`, renderComparisonPage(comparison));
    }
    return comparison;
  });
}
