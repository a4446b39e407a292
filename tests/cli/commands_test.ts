import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import { UnknownOption, WrongUse } from "../../lib/errors/mod.ts";
import dataCommand from "../../pipelines/cli/data.ts";
import { commandTyped, fullCommand } from "../../pipelines/cli/_full_command.ts";
import { cellStates } from "../../pipelines/cli/_list_cells.ts";
import { dataFolderOf, openChosenDevice, type OpenedDevice } from "../../pipelines/cli/_open_run.ts";
import { type Arguments, type CommandSpec, helpOf, parseCommand } from "../../pipelines/cli/_options.ts";
import tableCommand from "../../pipelines/cli/table.ts";
import { collectTable } from "../../pipelines/tables/collect.ts";
import * as specs from "../../pipelines/cli/specs.ts";
import { counted, listed } from "../../pipelines/cli/_terminal.ts";
import { namedBy } from "../../pipelines/tables/named_by.ts";
import { tables } from "../../pipelines/tables/tables.ts";
import { inFolder } from "../files/_folder.ts";
import { cli } from "./_cli.ts";

Deno.test("table --only takes whole parts of names, a pipeline's name being one", () => {
  const all = tables["parametric"]!("quick").rows.flatMap(({ trainings }) => trainings);
  const named = (text: string) => all.filter((training) => namedBy(text, training)).map(({ name }) => name);
  assertEquals(named("data-1"), ["data-1-linear-regression", "data-1-mnist", "data-1-fashion-mnist"]);
  assertEquals(named("data-10-mnist"), ["data-10-mnist"]);
  assertEquals(named("mnist").filter((name) => name.includes("fashion")), []);
  assertEquals(named("5-fashion-mnist").length, 6); // four signals, and maml twice
  assertEquals(named("maml"), ["maml-5-linear-regression", "maml-5-mnist", "maml-5-fashion-mnist"]);
  for (const none of ["", "dat", "ata-1", "data-1-"]) assertEquals(named(none), []);
  for (const { name } of all) assertEquals(named(name), [name]);
});

/** A command in this process, which starts sooner; rejects with its error. */
function here(spec: CommandSpec, command: (args: Arguments) => Effect.Effect<unknown, Error>, args: readonly string[]) {
  return Effect.runPromise(Effect.flatMap(parseCommand(spec, args), command));
}

Deno.test("cellStates() tells how far each training is", () =>
  inFolder(async (folder) => {
    for (const name of ["begun", "done"]) {
      await Deno.mkdir(`${folder}/${name}`);
      await Deno.writeTextFile(`${folder}/${name}/config.json`, "{}");
    }
    await Deno.writeTextFile(`${folder}/begun/metrics.jsonl`, '{"iteration":10}\n{"iteration":20}\n');
    await Deno.writeTextFile(`${folder}/done/evaluation.json`, "{}");
    const names = ["begun", "done", "other"].map((name) => ({ name }));
    assertEquals((await Effect.runPromise(cellStates(folder, names))).map(({ state }) => state), [
      "begun, at iteration 20",
      "done",
      "to do",
    ]);
  }));

Deno.test("table names the nearest training, or the tables that there are", async () => {
  const run = (...args: string[]) =>
    here(specs.table, (args): Effect.Effect<unknown, Error> => tableCommand(args), args);
  await assertRejects(() => run("implicit", "--only", "10-minst"), UnknownOption, '"10-mnist"');
  await assertRejects(() => run("foo"), UnknownOption, '"parametric" or "explicit" or "implicit"');
});

Deno.test("data --from refuses a mirror that the task may not fetch, with the whole command, and what is no address", async () => {
  const from = "https://mirror.example/mnist/";
  const { code, stderr } = await cli(["data", "mnist", "--from", from], "data");
  assertEquals(code, 2);
  assertStringIncludes(stderr, "deno run --allow-read --allow-write=data --allow-net=mirror.example pipelines/cli.ts");
  assertStringIncludes(stderr, `pipelines/cli.ts data mnist --from ${from}`);
  const run = (args: readonly string[]) =>
    here(specs.data, (args): Effect.Effect<unknown, Error> => dataCommand(args), args);
  await assertRejects(() => run(["mnist", "--from", "mirror"]), WrongUse, "not the address");
  await assertRejects(() => run(["cifar"]), Error, '"mnist" or "fashion-mnist"');
});

Deno.test("data --from takes an address with a slash at its end", () =>
  inFolder(async (folder) => {
    const asked: string[] = [];
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
      asked.push(new URL(request.url).pathname);
      return new Response("none", { status: 404 });
    });
    const from = `http://127.0.0.1:${server.addr.port}/mnist//`;
    const args = ["mnist", "--data", folder, "--from", from];
    const run = (args: Arguments): Effect.Effect<unknown, Error> => dataCommand(args);
    await assertRejects(() => here(specs.data, run, args), Error, "404");
    await server.shutdown();
    assertEquals(asked, ["/mnist/train-images-idx3-ubyte.gz"]);
  }));

Deno.test("parseCommand() takes a negative number for the value that it is, and still refuses unknown options", async () => {
  const args = await Effect.runPromise(parseCommand(specs.train, ["--seed", "-1", "mnist"]));
  assertEquals([args.value("seed"), args.positional], ["-1", ["mnist"]]);
  await assertRejects(() => Effect.runPromise(parseCommand(specs.train, ["-1"])), Error, 'option "-1"');
  await assertRejects(() => Effect.runPromise(parseCommand(specs.train, ["--resume", "-1"])), Error, 'option "-1"');
});

Deno.test("helpOf() says which run is meant where none is named", () => {
  for (const spec of [specs.evaluate, specs.predict, specs.exportRun, specs.report]) {
    assertStringIncludes(helpOf(spec), "the run started last");
  }
});

Deno.test("fullCommand() quotes what a shell would split", () =>
  assertEquals(
    fullCommand({ write: ["runs", "/a b"] }, ["predict", "--out", "/a b/it's.csv"]),
    "deno run --allow-read --allow-write=runs,'/a b' --allow-env=AMORTIZE_DATA --allow-ffi pipelines/cli.ts " +
      "predict --out '/a b/it'\\''s.csv'",
  ));

Deno.test("counted() and listed() read as a sentence does", () => {
  assertEquals([counted(1, "row"), counted(0, "row"), counted(2000, "batch", "batches")], [
    "1 row",
    "0 rows",
    "2,000 batches",
  ]);
  assertEquals(listed(["a", "b", "c"], 2), "a, b, c");
  assertEquals(listed(["a", "b", "c", "d"], 2), "a, b … and 2 more");
});

Deno.test({
  name: "dataFolderOf() fails with what to do where it may not read AMORTIZE_DATA, unless --data is given",
  permissions: { env: false, read: true },
  fn: async () => {
    const folder = (...args: string[]) => here(specs.train, dataFolderOf, args);
    await assertRejects(() => folder(), WrongUse, "--allow-env=AMORTIZE_DATA");
    assertEquals(await folder("--data", "there"), "there");
  },
});

Deno.test("openChosenDevice() says that a device is the run's where nobody asked for one", async () => {
  const open = (...args: string[]) =>
    here(
      specs.train,
      (args) => Effect.scoped(openChosenDevice(args, { device: "cpu", blas: null, products: "own" })),
      args,
    ) as Promise<OpenedDevice>;
  assertEquals((await open()).device.why, "as the run recorded");
  assertEquals((await open("--device", "cpu")).device.why, "asked for");
});

Deno.test("collectTable() tells milliseconds only where a run of that many steps was timed", () => {
  const table = tables["implicit"]!("quick");
  const result = (method: string, kind: "model" | "baseline") => ({
    ...{ distribution: "in", method, kind, metric: "error", trainedSteps: 10, observationsPerStep: 5, passes: 1 },
    ...{ tasks: 3, secondsPerTask: 2 },
    steps: [1, 5, 10].map((step) => ({ step, observations: 5 * step, mean: 1, standardError: 0 })),
  });
  const evaluation = {
    ...{ schemaVersion: 1 as const, pipeline: "mnist", seed: 0 },
    metrics: [{ name: "error", unit: "%", lowerIsBetter: true }],
    results: [result("model", "model"), result("ridge", "baseline")],
  };
  const { rows } = collectTable(table, ({ name }) => name === "10-mnist" ? { run: name, evaluation } : undefined);
  const times = rows.map(({ label, cells }) => [label[0], cells.find((cell) => cell !== null)?.secondsPerTask]);
  assertEquals(times.slice(2), [
    ["10", 2],
    ["ridge, all observations so far, K 1", null],
    ["ridge, all observations so far, K 5", null],
    ["ridge, all observations so far, K 10", 2],
  ]);
});

Deno.test("commandTyped() is the task that goes on with a table after an interruption", () =>
  assertEquals(commandTyped(["table", "implicit", "--only", "1-mnist"]), "deno task table implicit --only 1-mnist"));
