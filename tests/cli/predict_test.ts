import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Effect } from "effect";
import { decodeCheckpoint, openCsv } from "../../lib/files/mod.ts";
import { fitTableScaler } from "../../lib/tasks/mod.ts";
import { loadRun, TableNotUsable } from "../../mod.ts";
import { describePrediction } from "../../pipelines/cli/_describe_prediction.ts";
import { parseCommand } from "../../pipelines/cli/_options.ts";
import { addContext } from "../../pipelines/cli/_predict_table.ts";
import { checkQueryColumns } from "../../pipelines/cli/_query_columns.ts";
import { writePredictions } from "../../pipelines/cli/_write_predictions.ts";
import { checkUnit } from "../../pipelines/table_unit.ts";
import { tableStream } from "../../pipelines/table_stream.ts";
import { runOf } from "../pipelines/_runs.ts";
import predictCommand from "../../pipelines/cli/predict.ts";
import * as specs from "../../pipelines/cli/specs.ts";
import { inFolder } from "../files/_folder.ts";
import { cli } from "./_cli.ts";

/** The fixture's run as a run folder. */
async function runFolder(folder: string): Promise<string> {
  const run = `${folder}/run`;
  await Deno.mkdir(run);
  const bytes = await Deno.readFile("fixtures/runs/regression_2d/best.safetensors");
  await Deno.writeFile(`${run}/best.safetensors`, bytes);
  const { metadata } = await Effect.runPromise(decodeCheckpoint(bytes));
  await Deno.writeTextFile(`${run}/config.json`, metadata["identity"]!);
  return run;
}

/** price = 20 size − 3 age + 7, one row a line. */
function table(rows: number, columns: readonly string[], from = 0): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const size = 50 + 10 * Math.sin(3 * (i + from)), age = 30 + 9 * Math.cos(5 * (i + from));
    const cells: Readonly<Record<string, string>> = {
      size: size.toFixed(3),
      age: age.toFixed(3),
      price: (20 * size - 3 * age + 7).toFixed(2),
      id: `"${i}, n"`,
    };
    return columns.map((name) => cells[name]).join(",");
  });
  return [columns.join(","), ...lines, ""].join("\n");
}

/** The command in this process, which starts sooner; rejects with its error. */
function predictHere(args: readonly string[]): Promise<unknown> {
  const parsed = parseCommand(specs.predict, args);
  return Effect.runPromise(Effect.flatMap(parsed, (args): Effect.Effect<unknown, Error> => predictCommand(args)));
}

Deno.test("predict writes the query's columns and the prediction, and goes on from a state", () =>
  inFolder(async (folder) => {
    const run = await runFolder(folder);
    const [a, b, c, state] = ["a.csv", "b.csv", "c.csv", "state.safetensors"].map((name) => `${folder}/${name}`);
    await Deno.writeTextFile(a!, table(75, ["size", "age", "price"]));
    await Deno.writeTextFile(c!, table(30, ["age", "price", "size"], 75));
    await Deno.writeTextFile(b!, table(5, ["id", "age", "size", "price"], 500));
    const asked = (
      context: string,
      ...more: string[]
    ) => [run, "--context", context, "--query", b!, "--target", "price", ...more];
    const { code, stdout, stderr } = await cli(["predict", ...asked(a!, "--state", state!)], folder);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "75 rows, 10 mini-batches of 8, scaled by the first 64 rows");
    assertStringIncludes(stdout, "error of price");
    const out = `${run}/predictions/b.csv`;
    const lines = (await Deno.readTextFile(out)).trimEnd().split("\n");
    assertEquals(lines[0], "id,age,size,price,predicted_price");
    assert(lines[1]!.startsWith('"0, n",'));
    for (const line of lines.slice(1)) {
      const [price, predicted] = line.split(",").slice(-2).map(Number);
      assert(Math.abs(price! - predicted!) < 30, line); // the price's deviation is about 140
    }
    // Both files one after the other give what one file does, to the last digit.
    await predictHere(asked(c!, "--state", state!));
    const continued = await Deno.readTextFile(out);
    await Deno.writeTextFile(a!, table(105, ["size", "age", "price"]));
    await predictHere(asked(a!, "--out", `${folder}/whole.csv`));
    assertEquals(await Deno.readTextFile(`${folder}/whole.csv`), continued);
  }));

Deno.test("predict writes the same files replayed and eagerly, to the last byte", () =>
  inFolder(async (folder) => {
    const run = await runFolder(folder), [a, b] = [`${folder}/a.csv`, `${folder}/b.csv`];
    await Deno.writeTextFile(a, table(400, ["size", "age", "price"]));
    await Deno.writeTextFile(b, table(12_000, ["size", "age"], 500));
    const written: Uint8Array[][] = [];
    for (const replay of ["off", "auto"]) {
      const [out, state] = [`${folder}/${replay}.csv`, `${folder}/${replay}.safetensors`];
      const asked = [run, "--context", a, "--query", b, "--target", "price", "--replay", replay];
      await predictHere([...asked, "--out", out, "--state", state]);
      written.push([await Deno.readFile(out), await Deno.readFile(state)]);
    }
    assertEquals(written[1], written[0]);
  }));

Deno.test("predict refuses wrong tables with line and column, and leaves nothing half written", () =>
  inFolder(async (folder) => {
    const run = await runFolder(folder);
    const [a, b] = [`${folder}/a.csv`, `${folder}/b.csv`];
    const refused = async (context: string, query: string, target: string, part: string) => {
      await Deno.writeTextFile(a, context);
      await Deno.writeTextFile(b, query);
      const error = await predictHere([run, "--context", a, "--query", b, "--target", target]).then(
        () => new Error("not refused"),
        (error) => error,
      );
      assertStringIncludes(error.message, part);
    };
    const good = table(20, ["size", "age", "price"]), query = table(3, ["size", "age"]);
    await refused(good, query, "prize", 'column "prize"');
    await refused(good, table(3, ["size"]), "price", 'column "age"');
    await refused(
      good.replace("\n", "\n1,,3\n"),
      query,
      "price",
      'line 2, column "age": expected a number, found a missing',
    );
    await refused(good, query + "1,x\n", "price", 'line 5, column "age": expected a number, found "x"');
    await refused("size,age,rooms,price\n1,2,3,4\n", "size,age,rooms\n1,2,3\n", "price", "1 to 2 columns");
    await refused("size,age,price\n", query, "price", "expected rows, found none");
    const names = (await Array.fromAsync(Deno.readDir(run), ({ name }) => name)).sort();
    assertEquals(names.filter((name) => name !== "predictions"), ["best.safetensors", "config.json"]);
    if (names.includes("predictions")) {
      assertEquals(await Array.fromAsync(Deno.readDir(`${run}/predictions`)), []);
    }
    const without = await cli(["predict", run, "--context", a, "--query", b], folder);
    assertEquals(without.code, 2);
    assertStringIncludes(without.stderr, "--target is missing");
  }));

Deno.test("export writes the weights alone, and loadRun() reads them", () =>
  inFolder(async (folder) => {
    const run = await runFolder(folder);
    const { code, stderr } = await cli(["export", run, "--out", `${folder}/w.safetensors`], folder);
    assertEquals(code, 0, stderr);
    const { tensors, metadata } = await Effect.runPromise(
      decodeCheckpoint(await Deno.readFile(`${folder}/w.safetensors`)),
    );
    assert(!Object.keys(tensors).some((name) => /^(adam|training)\./.test(name)));
    assertEquals(JSON.parse(metadata["identity"]!).config.task.dimension, 2);
    const [exported, trained] = [await loadRun(`${folder}/w.safetensors`), await loadRun(run)];
    assertEquals(Object.keys(exported.weights).sort(), Object.keys(trained.weights).sort());
    assertEquals(await Effect.runPromise(exported.hash), await Effect.runPromise(trained.hash));
  }));

Deno.test("predict maps names of classes, and writes the likeliest with the probability of each", () =>
  inFolder(async (folder) => {
    const [a, b, out] = [`${folder}/a.csv`, `${folder}/b.csv`, `${folder}/out.csv`];
    const name = (i: number) => Math.sin(i) > 0 ? "cat" : "big, dog";
    const row = (i: number) => `${(2 * Math.sin(i)).toFixed(3)},${Math.cos(7 * i).toFixed(3)},"${name(i)}"\n`;
    await Deno.writeTextFile(a, "u,v,kind\n" + Array.from({ length: 30 }, (_, i) => row(i)).join(""));
    await Deno.writeTextFile(
      b,
      "u,v,kind\n" + Array.from({ length: 9 }, (_, i) => row(i + 100)).join("") + "0,0,bird\n",
    );
    const run = await runOf("classes");
    const shape = { features: ["u", "v"], target: "kind", queries: [] };
    const stream = tableStream(run, { shape, classes: [], rows: 0, map: undefined, state: undefined, pending: [] });
    const written = await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const [context, query] = [yield* openCsv(a), yield* openCsv(b)];
      yield* addContext(run, stream, context, { features: [0, 1], target: 2 });
      const { classes } = stream.content();
      const predictor = yield* stream.predictor;
      const request = { run, predictor, query, queryColumns: [0, 1], target: "kind", classes, average: true };
      return yield* writePredictions(out, request);
    })));
    const [header, ...rows] = await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const file = yield* openCsv(out);
      return [{ line: 1, cells: file.columns }, ...yield* file.next(99)];
    })));
    assertEquals(header!.cells.slice(3), ["predicted_kind", "probability_big, dog", "probability_cat"]);
    assertEquals(rows.length, 10);
    let wrong = 0;
    for (const { cells: [, , kind, predicted, dog, cat] } of rows) {
      assert(Math.abs(Number(dog) + Number(cat) - 1) < 1e-5);
      assertEquals(predicted, Number(dog) > Number(cat) ? "big, dog" : "cat");
      wrong += Number(kind !== predicted);
    }
    assertEquals(written, { queryRows: 10, error: { rows: 10, error: 10 * wrong, unseen: { bird: 1 } } });
    const summary = {
      ...{ predictions: out, state: null, contextRows: 30, earlierRows: 0, miniBatches: 1, scalerRows: 10 },
      ...{ leftOut: Array.from({ length: 300 }, (_, i) => `p${i}`), average: true, seconds: 1, ...written },
    };
    const told = describePrediction(summary, run, "kind");
    assertStringIncludes(told, "counted as errors: bird (1 row)");
    assertStringIncludes(told, "30 rows, 1 mini-batch of 4");
    assertStringIncludes(told, "p0, p1, p2, p3, p4, p5 … and 294 more");
  }));

Deno.test("predict takes another checkpoint where the best is corrupt, or the one it is told, and names those that work", () =>
  inFolder(async (folder) => {
    const run = await runFolder(folder);
    const [a, b] = [`${folder}/a.csv`, `${folder}/b.csv`];
    await Deno.writeTextFile(a, table(75, ["size", "age", "price"]));
    await Deno.writeTextFile(b, table(5, ["id", "age", "size"], 500));
    const asked = (...more: string[]) => [run, "--context", a, "--query", b, "--target", "price", ...more];
    await predictHere(asked("--out", `${folder}/best.csv`));
    await Deno.copyFile(`${run}/best.safetensors`, `${run}/previous.safetensors`);
    await Deno.writeTextFile(`${run}/best.safetensors`, "torn");
    await Deno.writeTextFile(`${run}/last.safetensors`, "torn");
    const { code, stderr } = await cli(["predict", ...asked("--out", `${folder}/previous.csv`)], folder);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "predicting with previous");
    assertStringIncludes(stderr, "columns of the query that the context lacks, copied and not used: id\n");
    assertEquals(await Deno.readTextFile(`${folder}/previous.csv`), await Deno.readTextFile(`${folder}/best.csv`));
    const told = await predictHere(asked("--checkpoint", "best")).then(() => "", (error) => error.message);
    assertStringIncludes(told, `${run}/previous.safetensors is whole: take it by --checkpoint previous`);
    const fromCode = await loadRun(run).then(() => "", (error) => error.message);
    assertStringIncludes(fromCode, '{ checkpoint: "previous" }');
    (await loadRun(run, { checkpoint: "previous" })).dispose();
    await Deno.remove(`${run}/previous.safetensors`);
    const none = await predictHere(asked()).then(() => "", (error) => error.message);
    assertStringIncludes(none, "no other checkpoint of the run is whole");
    const unknown = await predictHere(asked("--checkpoint", "worst")).then(() => "", (error) => error.message);
    assertStringIncludes(unknown, '"best" or "last" or "previous"');
  }));

Deno.test("predict refuses an --out or --state that it may not write before it reads a row, with the whole command", () =>
  inFolder(async (folder) => {
    const run = await runFolder(folder);
    const [a, b] = [`${folder}/a.csv`, `${folder}/b.csv`];
    await Deno.writeTextFile(a, table(75, ["size", "age", "price"]));
    await Deno.writeTextFile(b, table(5, ["age", "size"], 500));
    for (const option of ["--out", "--state"]) {
      const args = ["predict", run, "--context", a, "--query", b, "--target", "price", option, `${folder}/my file`];
      const { code, stderr } = await cli(args, "runs");
      assertEquals(code, 2);
      assertStringIncludes(stderr, `deno run --allow-read --allow-write=runs,${folder} --allow-env=AMORTIZE_DATA`);
      assertStringIncludes(stderr, `pipelines/cli.ts predict ${run} --context ${a}`);
      assertStringIncludes(stderr, `${option} '${folder}/my file'`);
    }
  }));

Deno.test("checkQueryColumns() takes a column of almost a feature's name for mistyped", () =>
  inFolder(async (folder) => {
    const refusal = async (header: string) => {
      await Deno.writeTextFile(`${folder}/q.csv`, `${header}\n1,2\n`);
      return await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
        const query = yield* openCsv(`${folder}/q.csv`);
        yield* checkQueryColumns(query, { features: ["height", "age"], target: "price" });
      }))).then(() => "", (error) => error.message);
    };
    assertEquals(await refusal("height,age"), "");
    assertStringIncludes(await refusal("heigth,age"), 'found "heigth": name both columns alike');
    assertStringIncludes(await refusal("height,Age"), 'found "Age"');
    assertStringIncludes(await refusal("colour,age"), "add it"); // merely missing
  }));

Deno.test("checkUnit() refuses pixels from 0 to 1 beside a context's from 0 to 255, and takes darker images", () => {
  const rows = Array.from({ length: 20 }, (_, i) => Float64Array.of(255 * (i % 2), 100 + i, 0));
  const columns = fitTableScaler(rows, "together");
  const map = {
    columns,
    target: { centre: 0, scale: 1 },
    matrix: new Float32Array(),
    offset: new Float32Array(),
    rows: 20,
  };
  checkUnit(map, rows.map((row) => row.map((value) => value / 5)), "b.csv");
  assertThrows(() => checkUnit(map, rows.map((row) => row.map((value) => value / 255)), "b.csv"), TableNotUsable);
  assertThrows(() => checkUnit(map, rows.map((row) => row.map((value) => value * 255)), "b.csv"), TableNotUsable);
});
