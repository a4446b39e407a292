import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import { FileUnreadable, WrongUse } from "../../lib/errors/mod.ts";
import { openImageSource } from "../../pipelines/cli/_image_source.ts";
import { failureOf, inFolder } from "../files/_folder.ts";
import { record } from "./_cifar.ts";

Deno.test("openImageSource() takes the fine label of CIFAR-100, and pixels as height, width, colour", () =>
  inFolder(async (folder) => {
    const image = record([19, 99], [10, 20, 30]);
    image[2 + 1024 + 33] = 77; // green of row 1, column 1
    await Deno.writeFile(`${folder}/train.bin`, Uint8Array.from([...image, ...record([0, 4], [1, 2, 3])]));
    const { labels, read } = await Effect.runPromise(openImageSource([`${folder}/train.bin`]));
    assertEquals([...labels], [99, 4]);
    const [first, second] = await Effect.runPromise(Effect.forEach([0, 1], read));
    assert("pixels" in first! && "pixels" in second!);
    assertEquals([...first.pixels.subarray(3 * 32, 3 * 34)], [10, 20, 30, 10, 77, 30]);
    assertEquals([...second.pixels.subarray(0, 3)], [1, 2, 3]);
    assertStringIncludes(second.path, "record 1");
  }));

Deno.test("openImageSource() refuses what is no whole number of CIFAR's records", () =>
  inFolder(async (folder) => {
    for (const bytes of [3000, 0]) {
      await Deno.writeFile(`${folder}/a.bin`, new Uint8Array(bytes));
      const failure = await failureOf(openImageSource([`${folder}/a.bin`]));
      assertInstanceOf(failure, FileUnreadable);
      assertStringIncludes(failure.message, `${bytes} bytes are no whole number`);
    }
  }));

Deno.test("openImageSource() numbers class folders by name, and tells one list of images from another", () =>
  inFolder(async (folder) => {
    for (const path of ["dogs/b.jpg", "dogs/a.PNG", "cats/1.jpeg", "cats/notes.txt", "empty/x.txt"]) {
      await Deno.mkdir(`${folder}/${path.split("/")[0]}`, { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, path);
    }
    await Deno.writeTextFile(`${folder}/README`, "no folder");
    const { labels, classes, identity, read } = await Effect.runPromise(openImageSource([`${folder}/`]));
    assertEquals([[...labels], classes], [[0, 1, 1], ["cats", "dogs"]]);
    assertEquals((await Effect.runPromise(read(1))).path, `${folder}/dogs/a.PNG`);
    await Deno.rename(`${folder}/dogs/b.jpg`, `${folder}/dogs/c.jpg`);
    assert((await Effect.runPromise(openImageSource([folder]))).identity !== identity);
  }));

Deno.test("openImageSource() says how images are to be laid out", () =>
  inFolder(async (folder) => {
    const wrong: [sources: string[], said: string][] = [
      [[folder], "FOLDER/CLASS/IMAGE"],
      [[], "no images were named"],
      [[folder, `${folder}/a.bin`], "not all CIFAR's .bin files"],
    ];
    for (const [sources, said] of wrong) {
      const failure = await failureOf(openImageSource(sources));
      assertInstanceOf(failure, WrongUse);
      assertStringIncludes(failure.message, said);
    }
  }));
