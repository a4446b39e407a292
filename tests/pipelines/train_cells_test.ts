import { assert, assertEquals } from "@std/assert";
import { Effect } from "effect";
import { exists } from "../../lib/files/mod.ts";
import type { JsonObject } from "../../lib/training/mod.ts";
import { collectRuntime } from "../../pipelines/ablations/collect_runtime.ts";
import type { AblationDefinition } from "../../pipelines/ablations/definition.ts";
import { readRuntime, runtimePath, writeRuntime } from "../../pipelines/cli/_measure_runtime.ts";
import { parseCommand } from "../../pipelines/cli/_options.ts";
import { type DoneCells, trainCells } from "../../pipelines/cli/_train_cells.ts";
import { ablate } from "../../pipelines/cli/specs.ts";
import { renderRuntimePage } from "../../lib/report/mod.ts";
import { inFolder } from "../files/_folder.ts";

const settings: JsonObject = {
  task: { dimension: 2 },
  ...{ observations: 4, steps: 2 },
  model: { width: 8, layers: 1, heads: 2, feedForward: 8 },
  training: { iterations: 3, tasks: 4, queries: 4, validationTasks: 4 },
  evaluation: { tasks: 8, queries: 4, steps: 3, otherObservations: [] },
};

const columns = { in: "error" }, pipeline = "linear-regression";

const trainings = [
  { name: "plain", pipeline, columns, settings },
  { name: "compared", pipeline, columns, settings: { ...settings, signal: "data" }, compares: true },
];

const ablation: AblationDefinition = {
  ...{ name: "tiny", size: "quick", question: "What does it cost?", labels: ["method"], steps: [1, 2], notes: [] },
  rows: trainings.map((training) => ({
    ...{ label: { method: training.name }, panel: "tiny", line: training.name, training },
  })),
  runtime: { miniBatches: [1, 2], passes: [1] },
};

/** Trains into a folder; answers what was trained, in order. */
async function trained(folder: string, ...argv: string[]): Promise<readonly string[]> {
  const args = await Effect.runPromise(parseCommand(ablate, ["tiny", "--device", "cpu", ...argv]));
  const order: string[] = [];
  const write = (done: DoneCells) => Effect.sync(() => order.push([...done.keys()].at(-1)!));
  const further = {
    isDone: (own: string) => exists(runtimePath(own)),
    measure: (cell: Parameters<typeof writeRuntime>[1]) => writeRuntime(ablation.runtime!, cell),
  };
  const all = trainCells(args, { command: "ablate", folder, trainings, write, further });
  await Effect.runPromise(Effect.scoped(all));
  return order;
}

Deno.test("trainCells() trains what is missing and nothing twice, and does again what was not measured to its end", () =>
  inFolder(async (folder) => {
    assertEquals(await trained(folder, "--only", "compared"), ["compared"]);
    assertEquals(await trained(folder), ["plain"]);
    const weights = await Deno.readFile(`${folder}/plain/last.safetensors`);
    assertEquals(await trained(folder), []);
    await Deno.remove(runtimePath(`${folder}/plain`));
    assertEquals(await trained(folder, "--show"), []);
    assertEquals(await trained(folder), ["plain"]);
    assertEquals(await Deno.readFile(`${folder}/plain/last.safetensors`), weights); // not trained anew
    const measured = new Map();
    for (const { name } of trainings) measured.set(name, await Effect.runPromise(readRuntime(`${folder}/${name}`)));
    const report = collectRuntime(ablation, measured);
    assertEquals(report.rows.map(({ name, observations, steps }) => `${name} ${observations} ${steps}`), [
      ...["plain 4 1", "plain 4 1", "plain 8 2", "plain 8 1"],
      ...["compared 4 1", "compared 4 1", "compared 8 2", "compared 8 1"],
      ...["Adam from a standard-normal start 8 2", "ridge regression 8 1"],
    ]);
    const page = renderRuntimePage(report);
    assertEquals(page.match(/<svg/g)?.length, 3);
    assert(page.includes("ridge regression"));
  }));
