import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { cli, cliKilled, curve, tiny } from "./_cli.ts";
import { inFolder } from "../files/_folder.ts";

Deno.test("train ends with a table, an evaluation and a self-contained report", () =>
  inFolder(async (folder) => {
    const run = `${folder}/run`;
    const { code, stdout, stderr } = await cli(
      ["train", "--run", run, ...tiny, "--set", "training.iterations=20"],
      folder,
    );
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "exact posterior");
    assertStringIncludes(stdout, `${run}/report.html`);
    const evaluation = JSON.parse(await Deno.readTextFile(`${run}/evaluation.json`));
    assertEquals(evaluation.results[0].kind, "model");
    assertEquals(evaluation.results[0].steps.length, 4); // steps 0 … 3
    const report = await Deno.readTextFile(`${run}/report.html`);
    assertStringIncludes(report, "<svg");
    assert(!/(?:src|href)="https?:/.test(report.replaceAll(/<a [^>]*>/g, "")));
  }));

Deno.test("train refuses a misspelt setting with the nearest name and exit code 2", async () => {
  const { code, stderr } = await cli(["train", "--set", "training.iteratons=3"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, `"training.iterations"`);
});

Deno.test("train refuses a senseless combination and says why", async () => {
  const { code, stderr } = await cli(["train", "--set", "regime=implicit"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "belongs to a query");
});

Deno.test("train --print-config shows every setting as JSON", async () => {
  const { code, stdout } = await cli(["train", "--print-config", "--set", "signal=both"]);
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout).signal, { data: true, residual: false, gradient: "prefix-mean" });
});

Deno.test("train saves the last finished iteration on Ctrl-C and exits with 130", () =>
  inFolder(async (folder) => {
    const run = `${folder}/run`;
    const settings = [...tiny, "--set", "training.iterations=100000", "--set", "training.checkpointEvery=100000"];
    const when = { file: `${run}/metrics.jsonl`, lines: 4, extraMs: 5 };
    const { code, stderr } = await cliKilled(["train", "--run", run, ...settings], folder, when, "SIGINT");
    assertEquals(code, 130, stderr);
    assert((await Deno.stat(`${run}/last.safetensors`)).isFile);
    assertStringIncludes(stderr, "--resume");
    assert(curve(run).length >= 4);
  }));

Deno.test("train stops loudly when a checkpoint cannot be written", () =>
  inFolder(async (folder) => {
    const run = `${folder}/run`;
    await Deno.mkdir(`${run}/next.safetensors.part/in-the-way`, { recursive: true }); // a folder where the file goes
    const { code, stderr } = await cli(
      ["train", "--run", run, ...tiny, "--set", "training.iterations=20"],
      folder,
    );
    assertEquals(code, 1);
    assertStringIncludes(stderr, "next.safetensors");
  }));

Deno.test("train stops at a loss that is not finite", () =>
  inFolder(async (folder) => {
    const wild =
      "training.iterations=200 training.learningRate=1000 training.clip=0 training.balanced=false model.layers=8";
    const settings = [...tiny, ...wild.split(" ").flatMap((setting) => ["--set", setting])];
    const { code, stderr } = await cli(["train", "--run", `${folder}/run`, ...settings], folder);
    assertEquals(code, 1, stderr);
    assertStringIncludes(stderr, "not a finite");
  }));

Deno.test("train refuses a folder that holds a run, and a folder that it may not write to", () =>
  inFolder(async (folder) => {
    const run = `${folder}/run`;
    const args = ["train", "--run", run, ...tiny, "--set", "training.iterations=2"];
    assertEquals((await cli(args, folder)).code, 0);
    const again = await cli(args, folder);
    assertEquals(again.code, 1);
    assertStringIncludes(again.stderr, "--resume");
    const refused = await cli(args.map((arg) => arg === run ? `${folder}/other` : arg), "runs");
    assertEquals(refused.code, 1);
    assertStringIncludes(refused.stderr, "--allow-write");
  }));
