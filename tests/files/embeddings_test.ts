import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { Effect, Result } from "effect";
import fc from "fast-check";
import {
  decodeEmbeddings,
  EmbeddingsInvalid,
  encodeSafetensors,
  openEmbeddingsWriter,
  readEmbeddings,
  type SafeTensors,
} from "../../lib/files/mod.ts";
import { failureOf, inFolder } from "./_folder.ts";

const embeddings = { dtype: "F32", shape: [2, 3], data: new Float32Array([1, 2, 3, 4, 5, 6]) } as const;
const labels = { dtype: "I32", shape: [2], data: new Int32Array([7, 0]) } as const;

function read(tensors: SafeTensors, metadata: Readonly<Record<string, string>> = {}) {
  return Effect.result(decodeEmbeddings(encodeSafetensors(tensors, metadata), "a.safetensors"));
}

/** A safetensors file of half floats, which encodeSafetensors does not write. */
function halves(): Uint8Array {
  const header = JSON.stringify({
    labels: { dtype: "U8", shape: [2], data_offsets: [0, 2] },
    embeddings: { dtype: "F16", shape: [2, 1], data_offsets: [2, 6] },
  });
  const bytes = new Uint8Array(8 + header.length + 6);
  bytes[0] = header.length;
  bytes.set(new TextEncoder().encode(header), 8);
  bytes.set([1, 0, 0x00, 0x3c, 0x00, 0xc1], 8 + header.length); // 1 and −2.5
  return bytes;
}

Deno.test("decodeEmbeddings() reads F32 and F16, and labels of I32, I64 and U8", () => {
  const kinds = [
    labels,
    { dtype: "I64", shape: [2], data: BigInt64Array.of(7n, 0n) },
    { dtype: "U8", shape: [2], data: Uint8Array.of(7, 0) },
  ] as const;
  for (const kind of kinds) {
    const { count, size, values, labels } = Effect.runSync(
      Effect.fromResult(Effect.runSync(read({ embeddings, labels: kind }))),
    );
    assertEquals([count, size, [...values], [...labels]], [2, 3, [1, 2, 3, 4, 5, 6], [7, 0]]);
  }
  assert(halves()[0]! < 128);
  const { values, labels: few } = Effect.runSync(decodeEmbeddings(halves(), "halves"));
  assertEquals([[...values], [...few]], [[1, -2.5], [1, 0]]);
});

Deno.test("decodeEmbeddings() says what is wrong, and where", () => {
  const refused = (tensors: SafeTensors, metadata?: Readonly<Record<string, string>>): string => {
    const result = Effect.runSync(read(tensors, metadata));
    assert(Result.isFailure(result));
    assertInstanceOf(result.failure, EmbeddingsInvalid);
    return result.failure.message;
  };
  assertStringIncludes(refused({ labels }), "expected embeddings of F32, F16, BF16, found labels");
  assertStringIncludes(refused({ embeddings }), "expected labels of I32, I64, U8, found embeddings");
  const wide = { dtype: "F64", shape: [2, 1], data: new Float64Array(2) } as const;
  assertStringIncludes(refused({ embeddings: wide, labels }), "found F64");
  assertStringIncludes(refused({ embeddings: { ...embeddings, shape: [6] }, labels }), "embeddings [n, d]");
  const none = { dtype: "F32", shape: [0, 3], data: new Float32Array() } as const;
  assertStringIncludes(refused({ embeddings: none, labels }), "at least one row");
  const three = { dtype: "I32", shape: [3], data: new Int32Array(3) } as const;
  assertStringIncludes(refused({ embeddings, labels: three }), "expected labels [2]");
  const wild = { ...embeddings, data: new Float32Array([1, 2, 3, 4, NaN, 6]) };
  assertStringIncludes(refused({ embeddings: wild, labels }), "NaN in row 1");
  const negative = { ...labels, data: Int32Array.of(0, -1) };
  assertStringIncludes(refused({ embeddings, labels: negative }), "-1 in row 1");
  const huge = { dtype: "I64", shape: [2], data: BigInt64Array.of(0n, 2n ** 40n) } as const;
  assertStringIncludes(refused({ embeddings, labels: huge }), "1099511627776 in row 1");
  assertStringIncludes(refused({ embeddings, labels }, { classes: `["cat","dog"]` }), "labels from 0 to 1, found 7");
  assertStringIncludes(refused({ embeddings, labels }, { classes: "cat" }), "JSON list of names");
});

Deno.test("decodeEmbeddings() answers any bytes with embeddings or with EmbeddingsInvalid", () => {
  const whole = encodeSafetensors({ labels, embeddings }, { classes: JSON.stringify(Array(8).fill("c")) });
  const changed = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }).map((changes) => {
    const bytes = whole.slice();
    for (const [at, to] of changes) bytes[at] = to;
    return bytes;
  });
  const cut = fc.nat(whole.length).map((length) => whole.slice(0, length));
  let right = 0;
  const answers = (bytes: Uint8Array) => {
    const result = Effect.runSync(Effect.result(decodeEmbeddings(bytes, "x")));
    if (Result.isFailure(result)) return assertInstanceOf(result.failure, EmbeddingsInvalid);
    right++;
    const { count, size, values, labels } = result.success;
    assertEquals([values.length, labels.length], [count * size, count]);
    assert(values.every(Number.isFinite) && labels.every((label) => label >= 0));
  };
  fc.assert(fc.property(fc.oneof(changed, cut, fc.uint8Array({ maxLength: 60 })), answers), { numRuns: 2000 });
  assert(right > 10);
});

const plan = (folder: string, model = "a") => ({
  path: `${folder}/e.safetensors`,
  size: 2,
  labels: Int32Array.of(0, 1, 2),
  metadata: { model },
});

/** Appends rows until there are so many, as a process that is then stopped would. */
function appendTo(folder: string, until: number, model = "a") {
  return Effect.scoped(Effect.gen(function* () {
    const { done, whole, append, commit } = yield* openEmbeddingsWriter(plan(folder, model));
    for (let row = done; row < until; row++) yield* append(Float32Array.of(row, -row));
    if (until === 3) yield* commit;
    return { done, whole };
  }));
}

Deno.test("openEmbeddingsWriter() goes on after the last whole row, and names the file when it is whole", () =>
  inFolder(async (folder) => {
    assertEquals(await Effect.runPromise(appendTo(folder, 2)), { done: 0, whole: false });
    const partial = `${folder}/e.safetensors.partial`;
    assertEquals(Array.from(Deno.readDirSync(folder), (entry) => entry.name), ["e.safetensors.partial"]);
    for (const lost of [1, 7]) { // bytes of the last row that a crash did not let through
      await Deno.truncate(partial, (await Deno.stat(partial)).size - lost);
      const { done } = await Effect.runPromise(appendTo(folder, 2));
      assertEquals(done, 1);
    }
    assertEquals(await Effect.runPromise(appendTo(folder, 3)), { done: 2, whole: false });
    assertEquals(Array.from(Deno.readDirSync(folder), (entry) => entry.name), ["e.safetensors"]);
    const { values, labels } = await Effect.runPromise(readEmbeddings(`${folder}/e.safetensors`));
    assertEquals([[...values], [...labels]], [[0, -0, 1, -1, 2, -2], [0, 1, 2]]);
    assertEquals(await Effect.runPromise(appendTo(folder, 3)), { done: 3, whole: true });
  }));

Deno.test("openEmbeddingsWriter() begins anew where a crash cut the header, and refuses another model's rows", () =>
  inFolder(async (folder) => {
    await Effect.runPromise(appendTo(folder, 1));
    const partial = `${folder}/e.safetensors.partial`;
    await Deno.truncate(partial, 20);
    assertEquals((await Effect.runPromise(appendTo(folder, 1))).done, 0);
    const failure = await failureOf(appendTo(folder, 2, "b"));
    assertInstanceOf(failure, EmbeddingsInvalid);
    assertEquals(failure.path, partial);
    await Effect.runPromise(appendTo(folder, 3));
    assertInstanceOf(await failureOf(appendTo(folder, 3, "b")), EmbeddingsInvalid);
  }));

Deno.test("openEmbeddingsWriter() does not name a file that lacks rows", () =>
  inFolder(async (folder) => {
    const early = Effect.scoped(Effect.flatMap(openEmbeddingsWriter(plan(folder)), ({ commit }) => commit));
    assertStringIncludes((await failureOf(early)).message, "rows are missing");
  }));
