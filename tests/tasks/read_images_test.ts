import { assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import { DataMissing, IdxInvalid } from "../../lib/errors/mod.ts";
import { readImages } from "../../lib/tasks/mod.ts";
import { failureOf, inFolder } from "../files/_folder.ts";
import { idx, writeImages } from "../files/_idx.ts";

Deno.test("readImages() reads four files, gzipped or not", () =>
  inFolder(async (folder) => {
    await writeImages(folder, "mnist");
    const path = `${folder}/mnist/train-labels-idx1-ubyte`;
    const stream = new Blob([await Deno.readFile(path)]).stream().pipeThrough(new CompressionStream("gzip"));
    await Deno.writeFile(`${path}.gz`, new Uint8Array(await new Response(stream).arrayBuffer()));
    await Deno.remove(path);
    const { train, test } = await Effect.runPromise(readImages(folder, "mnist"));
    assertEquals([train.count, train.size, test.count], [40, 4, 20]);
    assertEquals([...train.labels.subarray(8, 12)], [8, 9, 0, 1]);
    assertEquals(test.values[0], 100);
  }));

Deno.test("readImages() says which file is missing, and how to get it", () =>
  inFolder(async (folder) => {
    const nowhere = await failureOf(readImages(undefined, "mnist"));
    assertInstanceOf(nowhere, DataMissing);
    assertStringIncludes(nowhere.message, "deno task data mnist");
    await writeImages(folder, "mnist");
    await Deno.remove(`${folder}/mnist/t10k-images-idx3-ubyte`);
    const missing = await failureOf(readImages(folder, "mnist"));
    assertInstanceOf(missing, DataMissing);
    assertEquals(missing.file, "mnist/t10k-images-idx3-ubyte.gz");
  }));

Deno.test("readImages() refuses files that do not belong together", () =>
  inFolder(async (folder) => {
    const refused = async (file: string, bytes: Uint8Array): Promise<string> => {
      await writeImages(folder, "mnist");
      await Deno.writeFile(`${folder}/mnist/${file}`, bytes);
      const failure = await failureOf(readImages(folder, "mnist"));
      assertInstanceOf(failure, IdxInvalid);
      return failure.message;
    };
    const short = await refused("train-labels-idx1-ubyte", idx(2049, [3], [0, 1, 2]));
    assertStringIncludes(short, "expected 40 labels, one per image, found 3");
    const large = await refused("train-labels-idx1-ubyte", idx(2049, [40], Array(40).fill(10)));
    assertStringIncludes(large, "expected labels from 0 to 9, found 10");
    const other = await refused("t10k-images-idx3-ubyte", idx(2051, [20, 1, 3], Array(60).fill(0)));
    assertStringIncludes(other, "expected images of 4 pixels");
    const swapped = await refused("train-images-idx3-ubyte", idx(2049, [40], Array(40).fill(1)));
    assertStringIncludes(swapped, "labels");
  }));
