import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { Effect, Result } from "effect";
import { BlasUnavailable } from "../../lib/errors/blas_unavailable.ts";
import { type Blas, openBlas, surveyBlas, usualBlasPaths } from "../../lib/device/blas.ts";

function failureOf(path: string): unknown {
  const result = Effect.runSync(Effect.result(openBlas(path)));
  return Result.isFailure(result) ? result.failure : undefined;
}

Deno.test("openBlas() of a path that holds no library, or another one, is a typed error that says so", async () => {
  const text = await Deno.makeTempFile({ suffix: ".so" });
  try {
    await Deno.writeTextFile(text, "not a library");
    for (const path of ["/nowhere/libopenblas.so.0", text]) {
      const error = failureOf(path);
      assertInstanceOf(error, BlasUnavailable);
      assertEquals([error.path, error.usual], [path, usualBlasPaths]);
      assert(error.message.startsWith(`Cannot use the BLAS ${path}: `), error.message);
    }
  } finally {
    await Deno.remove(text);
  }
});

Deno.test('surveyBlas("off") uses none, and "auto" says what it found or why nothing', () => {
  const off = Effect.runSync(surveyBlas("off"));
  assertEquals([off.blas, off.description], [undefined, "own products: BLAS is off"]);
  const auto = Effect.runSync(surveyBlas("auto"));
  assertEquals(auto.description.startsWith("own products: "), auto.blas === undefined);
  assertEquals(auto.tried.at(-1)?.outcome === "opened", auto.blas !== undefined);
  auto.blas?.close();
});

Deno.test({
  name: "openBlas() asks for no permission: without one, auto gives none and a path fails",
  permissions: { ffi: false },
  fn: () => {
    assertEquals(Effect.runSync(openBlas("auto")), undefined);
    const error = failureOf(usualBlasPaths[0]!);
    assertInstanceOf(error, BlasUnavailable);
    assertEquals(error.reason, "not allowed by --allow-ffi");
    assert(error.message.includes(`--allow-ffi=${usualBlasPaths[0]}`));
  },
});

Deno.test("The tasks in deno.json that allow FFI by path allow exactly the usual BLAS paths, but embed", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assertMatch(tasks.embed.command, /--allow-ffi=node_modules /); // onnxruntime, and no BLAS
  const { embed: _, ...others } = tasks;
  const lists = [...JSON.stringify(others).matchAll(/--allow-ffi=([^\s"]*)/g)].map(([, paths]) => paths!.split(","));
  for (const paths of lists) assertEquals(paths, usualBlasPaths);
  assert(lists.length > 0);
});

Deno.test({
  name: "openBlas() works, and its products too, where only the usual paths are allowed",
  permissions: { ffi: [...usualBlasPaths] },
  fn: () => {
    const blas = Effect.runSync(openBlas("auto"));
    if (blas !== undefined) assertProducts(blas);
    blas?.close();
  },
});

Deno.test("Blas.on() follows a memory that grows", () => {
  const blas = Effect.runSync(openBlas("auto"));
  if (blas !== undefined) assertProducts(blas);
  blas?.close();
});

/** Products at the end of a memory that grows twice. */
function assertProducts(blas: Blas): void {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 64 }), gemm = blas.on(memory);
  for (const pages of [0, 20, 40]) {
    memory.grow(pages);
    const floats = new Float32Array(memory.buffer), end = floats.length - 12;
    floats.set([1, 2, 3, 4, 5, 6, 7, 8, 1, 1, 1, 1], end);
    gemm(true, false, 2, 2, 2, 4 * end, 2, 4 * end + 16, 2, true, 4 * end + 32, 2);
    assertEquals([...floats.subarray(end + 8)], [27, 31, 39, 45]);
  }
}
