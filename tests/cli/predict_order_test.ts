import * as tf from "@tensorflow/tfjs";
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { Effect } from "effect";
import { parseCommand } from "../../pipelines/cli/_options.ts";
import predictCommand from "../../pipelines/cli/predict.ts";
import * as specs from "../../pipelines/cli/specs.ts";
import { loadRun, orderColumns } from "../../mod.ts";
import {
  createRun,
  disposeTrainingState,
  initialTrainingState,
  type JsonObject,
  type Pipeline,
  resolveConfig,
  runFormat,
  type RunIdentity,
} from "../../lib/training/mod.ts";
import { saveBest } from "../../lib/training/run_checkpoints.ts";
import topologicalOrder from "../../pipelines/topological_order.ts";
import { inFolder } from "../files/_folder.ts";

const settings = [
  "task.nodes=[3,4]",
  "evaluationNodes=[4]",
  "observations=16",
  "steps=2",
  "model.width=4",
  "model.layers=1",
  "model.heads=1",
  "model.feedForward=4",
];

/** b = 2a + …, c = b² + …; `extra` columns are strangers. Rows come sorted by a. */
function table(rows: number, extra = 0): string {
  const noise = (i: number, of: number): number => Math.sin(12.9898 * i + 78.233 * of) * 43758.5453 % 1;
  const names = ["b", "c", "a", ...Array.from({ length: extra }, (_, i) => `x${i}`)];
  const lines = Array.from({ length: rows }, (_, i) => {
    const a = i / rows, b = 2 * a + noise(i, 1), c = b * b + noise(i, 2);
    return [b, c, a, ...Array.from({ length: extra }, (_, j) => noise(i, j + 3))].join(",");
  });
  return [names.join(","), ...lines, ""].join("\n");
}

/** A run folder of weights as they begin. */
async function untrainedRun(folder: string): Promise<void> {
  await tf.setBackend("cpu");
  const pipeline = topologicalOrder as unknown as Pipeline;
  const { config } = Effect.runSync(resolveConfig(pipeline, { set: settings }));
  const identity: RunIdentity = {
    format: runFormat,
    pipeline: pipeline.name,
    module: pipeline.name,
    preset: "quick",
    seed: 0,
    config: config as unknown as JsonObject,
  };
  const state = initialTrainingState(pipeline.build(config), config, 0);
  await Effect.runPromise(createRun(folder, identity));
  await Effect.runPromise(saveBest(folder, state, { identity: JSON.stringify(identity) }));
  disposeTrainingState(state);
}

function predictHere(args: readonly string[]): Promise<unknown> {
  const parsed = parseCommand(specs.predict, args);
  return Effect.runPromise(Effect.flatMap(parsed, (args): Effect.Effect<unknown, Error> => predictCommand(args)));
}

Deno.test("predict orders the columns of a file by a run of topological-order, and refuses what has no order", () =>
  inFolder(async (folder) => {
    const run = `${folder}/run`, data = `${folder}/data.csv`, out = `${folder}/order.csv`;
    await untrainedRun(run);

    const ask = (...more: string[]) => predictHere([run, "--context", data, ...more]);
    await Deno.writeTextFile(data, table(100));
    await ask("--out", out);
    const [header, ...lines] = (await Deno.readTextFile(out)).trimEnd().split("\n").map((line) => line.split(","));
    assertEquals(header, ["place", "column", "confidence"]);
    assertEquals(lines.map(([place]) => place), ["1", "2", "3"]);
    assertEquals(lines.map(([, column]) => column!).sort(), ["a", "b", "c"]);
    assertEquals(lines[0]![2], "1.00000");
    for (const [i, [, , confidence]] of lines.entries()) {
      assert(Number(confidence) >= 1 / (i + 1) - 1e-6 && Number(confidence) <= 1, confidence); // the likeliest of i + 1
    }

    // Names and units of columns never matter to the order.
    const renamed = table(100).split("\n").map((line, i) => {
      const [b, c, a] = line.split(",");
      return i === 0 || line === "" ? line : [b, c, 1e5 + 300 * Number(a)].join(",");
    });
    await Deno.writeTextFile(data, renamed.join("\n"));
    await ask("--out", `${folder}/units.csv`);
    const units = (await Deno.readTextFile(`${folder}/units.csv`)).trimEnd().split("\n").slice(1);
    assertEquals(units.map((line) => line.split(",")[1]), lines.map(([, column]) => column));
    units.forEach((line, i) => assertAlmostEquals(Number(line.split(",")[2]), Number(lines[i]![2]), 1e-4));

    const refusals: readonly (readonly [csv: string, message: RegExp])[] = [
      [table(100, 2), /expected 2 to 4 columns.*found 5: leave columns out/],
      ["a\n1\n2\n", /found 1: add columns/],
      [table(15), /its rows: expected at least 16.*found 15/],
      [table(100).replace(/^[-.\d][^,]*,/gm, "7,"), /column "b": expected values that vary, found 7 in every row/],
      [table(100).replace(/(\n[^,]+),[^,]+,/, "$1,,"), /line 2, column "c": expected a number, found a missing value/],
      [`${table(20)}red,1,2\n`, /line 22, column "b": expected a number, found "red"/],
    ];
    for (const [csv, message] of refusals) {
      await Deno.writeTextFile(data, csv);
      const error = await assertRejects(() => ask("--out", `${folder}/none.csv`)) as Error;
      assert(message.test(error.message), error.message);
    }
    for (const more of [["--target", "a"], ["--query", data], ["--average", "on"]]) {
      const error = await assertRejects(() => ask(...more)) as Error;
      assert(
        /is not for a run that orders columns: deno task predict RUN --context/.test(error.message),
        error.message,
      );
    }
    await assertRejects(() => Deno.stat(`${folder}/none.csv`));
  }));

Deno.test("orderColumns() deals rows out to groups of K mini-batches of N rows and more, as far as they go", () =>
  inFolder(async (folder) => {
    await untrainedRun(`${folder}/run`);
    const run = await loadRun(`${folder}/run`); // K 2, N 16
    const spread = async (count: number): Promise<readonly number[]> => {
      const rows = table(count).trimEnd().split("\n").slice(1).map((line) => line.split(",").map(Number));
      const { rows: seen, groups, miniBatches } = await orderColumns(run, { columns: ["b", "c", "a"], rows });
      return [seen, groups, miniBatches];
    };
    assertEquals(await spread(16), [16, 1, 1]);
    assertEquals(await spread(31), [31, 1, 1]);
    assertEquals(await spread(63), [62, 1, 2]);
    assertEquals(await spread(100), [96, 3, 2]);
    assertEquals(await spread(5000), [2048, 32, 2]); // 32 groups of twice N at most
    run.dispose();
  }));
