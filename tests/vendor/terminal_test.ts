import { assert, assertEquals } from "@std/assert";
import { ProgressBar } from "@std/cli/unstable-progress-bar";
import { unicodeWidth } from "@std/cli/unicode-width";

Deno.test("unicodeWidth() counts columns, not characters", () => {
  const widths = {
    "": 0,
    "abc": 3,
    "天地": 4,
    "e\u0301": 1,
    "é": 1,
    "👩🔬": 4,
    "a\tb\n": 2,
    "\x80": 0,
    "ｶﾞ": 2,
    "…": 1,
    "█": 1,
  };
  for (const [text, width] of Object.entries(widths)) assertEquals([text, unicodeWidth(text)], [text, width]);
});

/** What a bar draws, one drawing a line. */
async function drawings(use: (writable: WritableStream<Uint8Array>) => Promise<void>): Promise<string[]> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const text = new Response(readable).text();
  await use(writable);
  await writable.close();
  return (await text).split("\r\x1b[K");
}

Deno.test("ProgressBar() draws at the start and at stop(), and keeps the stream open", async () => {
  const drawn = await drawings(async (writable) => {
    const bar = new ProgressBar({ max: 2048, barLength: 4, writable });
    bar.value += 1024;
    await bar.stop();
  });
  assertEquals(drawn, ["", "[00:00] [----] [0.00/2.00 KiB]", "[00:00] [##--] [1.00/2.00 KiB]\n"]);
});

Deno.test("ProgressBar() draws by itself every interval with its own formatter and characters", async () => {
  const drawn = await drawings(async (writable) => {
    const formatter = (now: { progressBar: string; value: number; previousValue: number; max: number }) =>
      `${now.progressBar} ${now.previousValue}>${now.value}/${now.max}`;
    const bar = new ProgressBar({
      max: 4,
      writable,
      formatter,
      interval: 5,
      barLength: 2,
      fillChar: "=",
      emptyChar: ".",
    });
    bar.value = 2;
    bar.max = 8;
    await new Promise((resolve) => setTimeout(resolve, 40));
    bar.value = 99;
    await bar.stop();
  });
  assertEquals(drawn[1], ".. 0>0/4");
  assertEquals(drawn[2], ".. 0>2/8");
  assertEquals(drawn.at(-1), "== 2>99/8\n");
  assert(drawn.length > 3);
});

Deno.test("ProgressBar() with clear leaves an empty line", async () => {
  const drawn = await drawings((writable) => new ProgressBar({ max: 1, writable, clear: true }).stop());
  assertEquals(drawn.at(-1), "");
});

Deno.test("ProgressBar() goes on in silence when nobody reads any more", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const bar = new ProgressBar({ max: 1, writable });
  await readable.cancel();
  await bar.stop();
});
