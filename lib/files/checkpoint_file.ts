/**
 * Checkpoints: safetensors files whose metadata holds a `format` and a `checksum`, the SHA-256 of the whole file with
 * the checksum's own 64 digits written as zeros. Formats to come keep the checksum where and what it is.
 *
 * @module
 */
import { Effect } from "effect";
import { CheckpointCorrupt } from "../errors/checkpoint_corrupt.ts";
import { CheckpointNewer } from "../errors/checkpoint_newer.ts";
import { decodeSafetensors, encodeSafetensors, type SafeTensors, type SafetensorsContent } from "./safetensors.ts";
import { sha256Hex } from "./sha256_hex.ts";

/** The format that is written, and the newest that is read. */
export const checkpointFormat = 1;

const BLANK = "0".repeat(64);

/** Where the digits of the checksum lie in a file; -1 if nowhere. */
function checksumAt(bytes: Uint8Array, digits: string): number {
  const field = new TextEncoder().encode(`"checksum":"${digits}"`);
  const header = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  for (let at = 8; at + field.length <= 8 + header; at++) {
    let same = 0;
    while (same < field.length && bytes[at + same] === field[same]) same++;
    if (same === field.length) return at + field.length - 65;
  }
  return -1;
}

/**
 * The bytes of a checkpoint. `metadata` may name anything but `format` and `checksum`, which are added.
 *
 * @example Metadata comes back with the format
 * ```ts
 * import { decodeCheckpoint, encodeCheckpoint } from "@amortize/core/files";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 *
 * const w = { dtype: "F32", shape: [2], data: new Float32Array([1, 2]) } as const;
 * const bytes = await Effect.runPromise(encodeCheckpoint({ w }, { iteration: "10" }));
 * const { metadata } = await Effect.runPromise(decodeCheckpoint(bytes, "last.safetensors"));
 * assertEquals([metadata["iteration"], metadata["format"]], ["10", "1"]);
 * ```
 */
export function encodeCheckpoint(
  tensors: SafeTensors,
  metadata: Readonly<Record<string, string>>,
): Effect.Effect<Uint8Array<ArrayBuffer>> {
  return Effect.suspend(() => {
    const bytes = encodeSafetensors(tensors, { ...metadata, format: String(checkpointFormat), checksum: BLANK });
    return Effect.map(sha256Hex(bytes), (digits) => {
      bytes.set(new TextEncoder().encode(digits), checksumAt(bytes, BLANK));
      return bytes;
    });
  });
}

/**
 * Reads a checkpoint. Fails with {@linkcode CheckpointCorrupt} if any byte is missing or not the one that was written,
 * else with {@linkcode CheckpointNewer} if a newer version wrote it. `path` only tells errors which file it was.
 */
export function decodeCheckpoint(
  bytes: Uint8Array,
  path = "checkpoint",
): Effect.Effect<SafetensorsContent, CheckpointCorrupt | CheckpointNewer> {
  const corrupt = (expected: string, found: string) =>
    new CheckpointCorrupt({
      path,
      expected,
      found,
      remedy: "resume from previous.safetensors, which is older, or restore a backup",
    });
  return Effect.gen(function* () {
    const content = yield* Effect.mapError(
      decodeSafetensors(bytes),
      (error) => corrupt(`${error.expected} (${error.where})`, error.found),
    );
    const { checksum = "", format = "" } = content.metadata;
    const at = /^[0-9a-f]{64}$/.test(checksum) ? checksumAt(bytes, checksum) : -1;
    if (at < 0) return yield* corrupt("a checksum in the metadata", checksum === "" ? "none" : checksum.slice(0, 64));
    const blanked = Uint8Array.from(bytes);
    blanked.fill(0x30, at, at + 64);
    const found = yield* sha256Hex(blanked);
    if (found !== checksum) return yield* corrupt(`the checksum ${checksum}`, found);
    if (!/^[1-9][0-9]*$/.test(format)) {
      return yield* corrupt("a format in the metadata", format === "" ? "none" : format);
    }
    if (Number(format) > checkpointFormat) {
      return yield* new CheckpointNewer({
        path,
        found: format,
        newest: String(checkpointFormat),
        remedy: "use the version of @amortize/core that wrote it, or a newer one",
      });
    }
    return content;
  });
}
