import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { UnknownOption } from "../../lib/errors/mod.ts";
import { curve, tiny } from "../cli/_cli.ts";
import { trainHere } from "../cli/_train_here.ts";
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
      const { error, stderr } = await trainHere(["--run", `${folder}/${name}`, ...options, ...short]);
      assertEquals(error, undefined);
      assertEquals(stderr.includes("not replayed"), false);
      const session = JSON.parse(Deno.readTextFileSync(`${folder}/${name}/sessions.jsonl`));
      assertEquals(session.replay, name === "eager" ? "off" : "auto");
    }
    const lines = () => curve(`${folder}/mixed`).length;
    await trainHere(["--run", `${folder}/mixed`, "--replay", "off", "--workers", "1", ...short], () => lines() >= 5);
    assert(lines() < curve(`${folder}/eager`).length, "it was not interrupted");
    const resumed = await trainHere(["--resume", "--run", `${folder}/mixed`, "--workers", "1"]);
    assertEquals(resumed.error, undefined);
    assertStringIncludes(resumed.stderr, "resuming at iteration");
    for (const name of ["replayed", "shared", "mixed"]) {
      assertEquals(curve(`${folder}/${name}`), curve(`${folder}/eager`));
    }
  }));

Deno.test("train refuses a way to replay that there is not", () =>
  inFolder(async (folder) => {
    const { error } = await trainHere(["--run", `${folder}/run`, "--replay", "on", ...short]);
    assertInstanceOf(error, UnknownOption); // which ends a process with 2
    assertStringIncludes(error.message, `Cannot find way to replay "on"`);
  }));
