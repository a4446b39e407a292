import { assertEquals, assertStringIncludes } from "@std/assert";
import { cli, cliKilled, curve, tiny } from "../cli/_cli.ts";
import { inFolder } from "../files/_folder.ts";

const short = [...tiny, "--set", "training.iterations=40", "--set", "training.shards=2"];

Deno.test("train gives the same bits replayed, eagerly, by two workers, and resumed the other way", () =>
  inFolder(async (folder) => {
    const starts: Readonly<Record<string, readonly string[]>> = {
      eager: ["--replay", "off", "--workers", "1"],
      replayed: ["--workers", "1"],
      shared: ["--replay", "auto", "--workers", "2"],
    };
    for (const [name, options] of Object.entries(starts)) {
      const { code, stderr } = await cli(["train", "--run", `${folder}/${name}`, ...options, ...short], folder);
      assertEquals(code, 0, stderr);
      assertEquals(stderr.includes("not replayed"), false);
      const session = JSON.parse(Deno.readTextFileSync(`${folder}/${name}/sessions.jsonl`));
      assertEquals(session.replay, name === "eager" ? "off" : "auto");
    }
    const when = { file: `${folder}/mixed/metrics.jsonl`, lines: 5, extraMs: 20 };
    await cliKilled(["train", "--run", `${folder}/mixed`, "--replay", "off", ...short], folder, when, "SIGKILL");
    const resumed = await cli(["train", "--resume", "--run", `${folder}/mixed`], folder);
    assertEquals(resumed.code, 0, resumed.stderr);
    for (const name of ["replayed", "shared", "mixed"]) {
      assertEquals(curve(`${folder}/${name}`), curve(`${folder}/eager`));
    }
  }));

Deno.test("train refuses a way to replay that there is not", () =>
  inFolder(async (folder) => {
    const { code, stderr } = await cli(["train", "--run", `${folder}/run`, "--replay", "on", ...short], folder);
    assertEquals(code, 2);
    assertStringIncludes(stderr, `Cannot find way to replay "on"`);
  }));
