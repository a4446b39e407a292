import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { cli, curve, tiny } from "./_cli.ts";
import { inFolder } from "../files/_folder.ts";

const short = [...tiny, "--set", "training.iterations=20", "--set", "training.shards=4"];

Deno.test("train gives the same bits with one, two and four workers, and may resume with another number", () =>
  inFolder(async (folder) => {
    const curves: string[][] = [];
    for (const workers of ["1", "2", "4"]) {
      const run = `${folder}/run${workers}`;
      const { code, stderr } = await cli(["train", "--run", run, "--workers", workers, ...short], folder);
      assertEquals(code, 0, stderr);
      curves.push(curve(run));
    }
    assertEquals(curves[1], curves[0]);
    assertEquals(curves[2], curves[0]);
  }));

Deno.test("train refuses a number of workers that shards do not divide into", () =>
  inFolder(async (folder) => {
    const { code, stderr } = await cli(["train", "--run", `${folder}/run`, "--workers", "3", ...short], folder);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "1, 2, 4 workers");
    assertEquals([...Deno.readDirSync(folder)], []); // a refused run takes no name
  }));

Deno.test("train ends with a typed error and a good checkpoint when a worker fails", () =>
  inFolder(async (folder) => {
    const run = `${folder}/run`;
    const module = "./tests/cli/_dying_worker.ts";
    const { code, stderr } = await cli(["train", module, "--run", run, "--workers", "2", ...short], folder);
    assertEquals(code, 1, stderr);
    assertStringIncludes(stderr, "worker 1 was lost (this worker was told to fail)");
    assert((await Deno.stat(`${run}/last.safetensors`)).isFile);
    const alone = await cli(["train", "--resume", "--run", run, "--workers", "1"], folder);
    assertEquals(alone.code, 0, alone.stderr);
  }));
