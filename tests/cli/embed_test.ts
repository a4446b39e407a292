import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import { type Embeddings, readEmbeddings } from "../../lib/files/mod.ts";
import { inFolder } from "../files/_folder.ts";
import type { CliResult } from "./_cli.ts";
import { record } from "./_cifar.ts";
import { png } from "./_png.ts";
import { expectedEmbedding, writeTinyModel } from "./_tiny_vision.ts";

type Colour = readonly [number, number, number];

/**
 * The library of models is 490 MB and comes with the first use of `deno task embed`: where it is not installed these tests
 * are ignored, except in CI.
 */
const ignore = Deno.env.get("CI") === undefined && !isThere("node_modules/.deno/@huggingface+transformers@4.3.1");

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** The flags of a task of deno.json, writing into a folder of the test's; pins of the lock are read, not changed. */
async function embed(folder: string, args: readonly string[], net?: string): Promise<CliResult> {
  const { tasks } = JSON.parse(await Deno.readTextFile("deno.json"));
  const words: string[] = tasks.embed.command.replace("--allow-write=data", `--allow-write=${folder}`).split(" ");
  await Deno.copyFile("deno.lock", `${folder}/deno.lock`);
  const flags = ["--no-prompt", `--lock=${folder}/deno.lock`, ...(net === undefined ? [] : [`--allow-net=${net}`])];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, ...words.slice(2), ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function writeImages(folder: string, images: Readonly<Record<string, Colour>>): Promise<void> {
  for (const [path, colour] of Object.entries(images)) {
    await Deno.mkdir(`${folder}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    await Deno.writeFile(`${folder}/${path}`, await png(16, 12, colour));
  }
}

function assertColours({ values, size }: Embeddings, colours: readonly Colour[]): void {
  assertEquals([size, values.length], [3, 3 * colours.length]);
  colours.flatMap(expectedEmbedding).forEach((value, i) => assertAlmostEquals(values[i]!, value, 1e-4));
}

Deno.test({
  name: "embed embeds a folder of class folders, goes on where it stopped, and refuses to mix in others",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      await writeTinyModel(`${folder}/model`);
      const images = { "cats/1.png": [10, 20, 30], "cats/2.png": [200, 100, 0], "dogs/a.png": [5, 250, 128] } as const;
      await writeImages(`${folder}/images`, images);
      await Deno.writeTextFile(`${folder}/images/README.txt`, "no class");
      await Deno.writeTextFile(`${folder}/images/cats/notes.txt`, "no image");
      const out = `${folder}/pets/train.safetensors`;
      const args = [`${folder}/images`, "--model", `${folder}/model`, "--out", out, "--batch", "1"];

      // A broken image stops it: what came before stays.
      const good = await Deno.readFile(`${folder}/images/dogs/a.png`);
      await Deno.writeFile(`${folder}/images/dogs/a.png`, good.subarray(0, 20));
      const broken = await embed(folder, args);
      assertEquals(broken.code, 1, broken.stderr);
      assertStringIncludes(broken.stderr, "dogs/a.png");
      assertStringIncludes(broken.stderr, "images/s, ");
      assert(!isThere(out));

      await Deno.writeFile(`${folder}/images/dogs/a.png`, good);
      const { code, stdout, stderr } = await embed(folder, [...args, "--json"]);
      assertEquals(code, 0, stderr);
      assertEquals(JSON.parse(stdout).count, 3);
      assertStringIncludes(stderr, "going on after 2 of them");
      const embedded = await Effect.runPromise(readEmbeddings(out));
      assertColours(embedded, Object.values(images));
      assertEquals([[...embedded.labels], embedded.classes], [[0, 0, 1], ["cats", "dogs"]]);

      await writeImages(`${folder}/images`, { "eels/1.png": [1, 2, 3] });
      const other = await embed(folder, args);
      assertEquals(other.code, 1);
      assertStringIncludes(other.stderr, "the same images, model and order as now");
    }),
});

Deno.test({
  name: "embed embeds CIFAR's binary files",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      await writeTinyModel(`${folder}/model`);
      const [red, green, blue] = [[255, 0, 0], [0, 255, 0], [0, 0, 255]] as const;
      await Deno.writeFile(`${folder}/1.bin`, Uint8Array.from([...record([9], red), ...record([3], green)]));
      await Deno.writeFile(`${folder}/2.bin`, Uint8Array.from(record([1], blue)));
      const rest = ["--model", `${folder}/model`, "--out", `${folder}/ten.safetensors`];
      const { code, stderr } = await embed(folder, [`${folder}/1.bin`, `${folder}/2.bin`, ...rest]);
      assertEquals(code, 0, stderr);
      const embedded = await Effect.runPromise(readEmbeddings(`${folder}/ten.safetensors`));
      assertColours(embedded, [red, green, blue]);
      assertEquals([...embedded.labels], [9, 3, 1]);
    }),
});

Deno.test({
  name: "embed fetches a model once by its name, and is refused with the full command where it may not",
  ignore,
  fn: () =>
    inFolder(async (folder) => {
      await writeTinyModel(`${folder}/host/some/tiny/resolve/main`);
      await writeImages(`${folder}/images`, { "a/1.png": [10, 20, 30] });
      let fetched = 0;
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
        fetched++;
        const file = await Deno.readFile(`${folder}/host${new URL(request.url).pathname}`).catch(() => undefined);
        return file === undefined ? new Response("none", { status: 404 }) : new Response(file);
      });
      const host = `127.0.0.1:${server.addr.port}`;
      const common = [`${folder}/images`, "--model", "some/tiny", "--from", `http://${host}`];
      const args = (out: string) => [...common, "--models", `${folder}/models`, "--out", `${folder}/${out}`];
      const refused = await embed(folder, args("a.safetensors"));
      assertEquals(refused.code, 2, refused.stderr);
      assertStringIncludes(
        refused.stderr,
        `--allow-net=${host} pipelines/cli.ts embed ${args("a.safetensors").join(" ")}`,
      );
      assertEquals(fetched, 0);
      const allowed = await embed(folder, args("a.safetensors"), host);
      assertEquals(allowed.code, 0, allowed.stderr);
      assertColours(await Effect.runPromise(readEmbeddings(`${folder}/a.safetensors`)), [[10, 20, 30]]);
      await server.shutdown();
      const offline = await embed(folder, args("b.safetensors"));
      assertEquals(offline.code, 0, offline.stderr);
    }),
});

Deno.test("embed is refused without an output, with an example", () =>
  inFolder(async (folder) => {
    const { code, stderr } = await embed(folder, [`${folder}/images`, "--model", "some/tiny"]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "--out data/NAME/train.safetensors");
  }));
