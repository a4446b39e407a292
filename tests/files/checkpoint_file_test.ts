import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import {
  CheckpointCorrupt,
  CheckpointNewer,
  decodeCheckpoint,
  decodeSafetensors,
  encodeCheckpoint,
  encodeSafetensors,
  sha256Hex,
} from "../../lib/files/mod.ts";
import { failureOf } from "./_folder.ts";

const tensors = {
  w: { dtype: "F32", shape: [2, 3], data: new Float32Array([1, -2, 3, NaN, 0, 1e-30]) },
  iteration: { dtype: "I32", shape: [], data: new Int32Array([12]) },
} as const;
const written = await Effect.runPromise(encodeCheckpoint(tensors, { pipeline: "linear-regression", checksum: "mine" }));

/** A checkpoint with these metadata and a right checksum, as another version might write it. */
async function checkpointOf(metadata: Record<string, string>): Promise<Uint8Array> {
  const blank = "0".repeat(64);
  const bytes = encodeSafetensors(tensors, { ...metadata, checksum: blank });
  const digits = await Effect.runPromise(sha256Hex(bytes));
  const text = new TextDecoder("latin1").decode(bytes);
  bytes.set(new TextEncoder().encode(digits), text.indexOf(blank));
  return bytes;
}

Deno.test("decodeCheckpoint() reads what encodeCheckpoint() wrote", async () => {
  const content = await Effect.runPromise(decodeCheckpoint(written, "last.safetensors"));
  assertEquals(content.tensors, tensors);
  const { pipeline, format, checksum } = content.metadata;
  assertEquals([pipeline, format], ["linear-regression", "1"]);
  assertEquals(checksum?.length, 64);
  assertEquals(Effect.runSync(decodeSafetensors(written)), content); // any reader of safetensors reads it
  assertEquals(
    written,
    await Effect.runPromise(encodeCheckpoint(tensors, { pipeline: "linear-regression", checksum: "" })),
  );
  assertEquals(written, await checkpointOf({ pipeline: "linear-regression", checksum: "", format: "1" }));
});

Deno.test("decodeCheckpoint() recognises every changed byte", async () => {
  for (let at = 0; at < written.length; at++) {
    const changed = written.slice();
    changed[at]! ^= 1 << at % 8;
    const error = await failureOf(decodeCheckpoint(changed, "last.safetensors"));
    assertInstanceOf(error, CheckpointCorrupt);
    assertStringIncludes(error.message, "last.safetensors");
  }
});

Deno.test("decodeCheckpoint() recognises every cut, and bytes added", async () => {
  const longer = new Uint8Array(written.length + 1);
  longer.set(written);
  const cuts = Array.from({ length: written.length }, (_, length) => written.subarray(0, length));
  for (const bytes of [...cuts, longer]) {
    assertInstanceOf(await failureOf(decodeCheckpoint(bytes, "a")), CheckpointCorrupt);
  }
});

Deno.test("decodeCheckpoint() leaves the bytes it is given as they are", async () => {
  const bytes = written.slice();
  await Effect.runPromise(decodeCheckpoint(bytes, "a"));
  assertEquals(bytes, written);
});

Deno.test("decodeCheckpoint() refuses a newer format with its own error", async () => {
  const error = await failureOf(decodeCheckpoint(await checkpointOf({ format: "2" }), "last.safetensors"));
  assertInstanceOf(error, CheckpointNewer);
  assertEquals([error.found, error.newest], ["2", "1"]);
  assertStringIncludes(error.message, "@amortize/core");
});

Deno.test("decodeCheckpoint() refuses files without a format or a checksum", async () => {
  const plain = encodeSafetensors(tensors, {});
  for (const bytes of [await checkpointOf({}), await checkpointOf({ format: "one" }), plain]) {
    assertInstanceOf(await failureOf(decodeCheckpoint(bytes, "a")), CheckpointCorrupt);
  }
});

Deno.test("sha256Hex() gives the published digest of abc", async () => {
  const digest = await Effect.runPromise(sha256Hex(new TextEncoder().encode("abc")));
  assert(digest === "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
