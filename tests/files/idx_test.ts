import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { Effect, Result } from "effect";
import fc from "fast-check";
import { FileNotFound, IdxInvalid, readIdxImages, readIdxLabels } from "../../lib/files/mod.ts";
import { failureOf, inFolder } from "./_folder.ts";
import { idx } from "./_idx.ts";

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const images = idx(2051, [2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255]);
const labels = idx(2049, [3], [0, 9, 255]);

Deno.test("readIdxImages() and readIdxLabels() read files, gzipped or not", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file`;
    for (const pack of [gzip, (bytes: Uint8Array<ArrayBuffer>) => bytes]) {
      await Deno.writeFile(path, await pack(images));
      const read = await Effect.runPromise(readIdxImages(path));
      assertEquals(read, { count: 2, rows: 2, columns: 3, pixels: images.subarray(16) });
      await Deno.writeFile(path, await pack(labels));
      assertEquals(await Effect.runPromise(readIdxLabels(path)), { count: 3, labels: labels.subarray(8) });
    }
  }));

Deno.test("readIdxImages() and readIdxLabels() refuse what is cut, longer, or of another kind", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file`;
    const packed = await gzip(images);
    const longer = (bytes: Uint8Array) => new Uint8Array([...bytes, 0]);
    const cases: readonly [typeof readIdxImages | typeof readIdxLabels, Uint8Array, string][] = [
      [readIdxImages, labels, "2049 (labels)"],
      [readIdxLabels, images, "2051 (images)"],
      [readIdxImages, idx(2052, [1, 1, 1, 1], [0]), "2052"],
      [readIdxImages, images.subarray(0, 3), "3 bytes"],
      [readIdxImages, images.subarray(0, 15), "15 bytes"],
      [readIdxImages, images.subarray(0, 27), "11 bytes"],
      [readIdxImages, longer(images), "13 bytes"],
      [readIdxLabels, longer(labels), "4 bytes"],
      [readIdxImages, idx(2051, [2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], []), "0 bytes"],
      [readIdxImages, packed.subarray(0, packed.length - 5), ""],
      [readIdxImages, new TextEncoder().encode("<!DOCTYPE html>"), ""],
      [readIdxImages, new Uint8Array(), "0 bytes"],
    ];
    for (const [read, bytes, found] of cases) {
      await Deno.writeFile(path, bytes);
      const error = await failureOf<unknown, unknown>(read(path));
      assertInstanceOf(error, IdxInvalid);
      assertStringIncludes(error.found, found);
      assertStringIncludes(error.message, path);
    }
    assertInstanceOf(await failureOf(readIdxImages(`${folder}/none`)), FileNotFound);
  }));

Deno.test("readIdxImages() never crashes, whatever bytes of a gzipped file are changed", () =>
  inFolder(async (folder) => {
    const packed = await gzip(images);
    const path = `${folder}/file`;
    let refusals = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = packed.slice();
        changed[at]! ^= change;
        await Deno.writeFile(path, changed);
        const result = await Effect.runPromise(Effect.result(readIdxImages(path)));
        if (Result.isFailure(result)) {
          assertInstanceOf(result.failure, IdxInvalid);
          refusals++;
        } else assertEquals(result.success.pixels, images.subarray(16)); // the change was in a field that means nothing
      }),
      { numRuns: 200 },
    );
    assert(refusals > 100);
  }));

const data = Deno.env.get("AMORTIZE_DATA");
Deno.test({
  name: "readIdxImages() and readIdxLabels() read MNIST",
  ignore: data === undefined,
  async fn() {
    const read = await Effect.runPromise(readIdxImages(`${data}/mnist/t10k-images-idx3-ubyte.gz`));
    assertEquals([read.count, read.rows, read.columns, read.pixels.length], [10_000, 28, 28, 7_840_000]);
    const { count, labels } = await Effect.runPromise(readIdxLabels(`${data}/mnist/t10k-labels-idx1-ubyte.gz`));
    assertEquals([count, ...labels.slice(0, 5)], [10_000, 7, 2, 1, 0, 4]);
    assert(labels.every((label) => label < 10));
  },
});
