import { Effect } from "effect";
import { exists } from "../../lib/files/mod.ts";
import { readLines, runFile } from "../../lib/training/mod.ts";
import type { TableTraining } from "../tables/definition.ts";
import { chosenOnly } from "./_chosen_only.ts";
import type { Arguments } from "./_options.ts";
import { print } from "./_terminal.ts";

/** `--list`: the trainings of a table with how far each is, those that `--only` names. */
export function listCells(args: Arguments, folder: string, trainings: readonly TableTraining[]) {
  return Effect.gen(function* () {
    const cells = yield* cellStates(folder, yield* chosenOnly(args, trainings));
    if (args.flag("json")) return yield* print(JSON.stringify({ folder, trainings: cells }));
    const width = Math.max(...cells.map(({ name }) => name.length));
    yield* print(folder);
    for (const { name, state } of cells) yield* print(`  ${name.padEnd(width)}  ${state}`);
  });
}

/** The names of trainings with how far each is. */
export function cellStates(folder: string, trainings: readonly Pick<TableTraining, "name">[]) {
  return Effect.forEach(
    trainings,
    ({ name }) => Effect.map(stateOf(`${folder}/${name}`), (state) => ({ name, state })),
  );
}

function stateOf(folder: string) {
  return Effect.gen(function* () {
    if (yield* exists(runFile(folder, "evaluation"))) return "done";
    if (!(yield* exists(runFile(folder, "config")))) return "to do";
    const [last] = (yield* readLines<{ readonly iteration: number }>(runFile(folder, "metrics"))).slice(-1);
    return `begun, at iteration ${last?.iteration ?? 0}`;
  });
}
