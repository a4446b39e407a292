import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { cli } from "./_cli.ts";

Deno.test("ablate lists its trainings, and refuses a misspelt name with exit code 2", async () => {
  const listed = await cli(["ablate", "history", "--size", "small", "--list", "--json"]);
  assertEquals(listed.code, 0, listed.stderr);
  const { folder, trainings } = JSON.parse(listed.stdout);
  assertEquals([folder, trainings.length], ["runs/ablations/history-small", 8]);
  const { code, stderr } = await cli(["ablate", "histry"]);
  assertEquals(code, 2, stderr);
  assertStringIncludes(stderr, `"history"`);
});

Deno.test("ablate --show trains nothing and shows dashes", async () => {
  const { code, stdout } = await cli(["ablate", "residual", "--size", "paper", "--show"]);
  assertEquals(code, 0);
  assert(stdout.split("\n").filter((line) => line.startsWith("parametric")).length === 6);
  assertStringIncludes(stdout, "–");
});
