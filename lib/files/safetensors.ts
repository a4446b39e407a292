/**
 * The safetensors format: eight bytes of header length, little-endian; a header in JSON that names each tensor's dtype,
 * shape and bytes; the bytes. Source: huggingface/safetensors, "Format".
 *
 * @module
 */
import { Effect } from "effect";
import { SafetensorsInvalid } from "../errors/safetensors_invalid.ts";
import { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { decodeElements, type Elements, elementSizes, type SafeDtype } from "./_elements.ts";
import { parseHeader, type Placed } from "./_safetensors_header.ts";

/** A tensor of a file: `data` holds the elements, last axis fastest. */
export interface SafeTensor {
  /** The type of `data`: `F32` a Float32Array, `I32` an Int32Array, `F64`, `I64`, `U8` and `BOOL` alike. */
  readonly dtype: SafeDtype;
  /** The size of each axis; `[]` for a scalar. */
  readonly shape: readonly number[];
  /** The elements. */
  readonly data: Elements;
}

/** Tensors by name. */
export type SafeTensors = Readonly<Record<string, SafeTensor>>;

/** What a file holds. */
export interface SafetensorsContent {
  /** The tensors, in the file's order. */
  readonly tensors: SafeTensors;
  /** Texts by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The multiple of bytes at which the tensors' bytes begin. */
const ALIGNMENT = 8;

/**
 * Writes tensors, in the order given, and metadata into the bytes of a file. Equal arguments give equal bytes. Throws
 * {@linkcode ShapeMismatch} if a shape does not hold as many elements as its data.
 *
 * @example A tensor there and back
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from "@amortize/core/files";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 *
 * const w = { dtype: "F32", shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) } as const;
 * const bytes = encodeSafetensors({ w }, { note: "four numbers" });
 * const { tensors, metadata } = Effect.runSync(decodeSafetensors(bytes));
 * assertEquals({ tensors, metadata }, { tensors: { w }, metadata: { note: "four numbers" } });
 * ```
 */
export function encodeSafetensors(
  tensors: SafeTensors,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const entries: [string, unknown][] = [["__metadata__", metadata]];
  let at = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    const elements = shape.reduce((product, size) => product * size, 1);
    if (elements !== data.length || data.BYTES_PER_ELEMENT !== elementSizes[dtype] || name === "__metadata__") {
      throw new ShapeMismatch({
        where: `encodeSafetensors(${JSON.stringify(name)})`,
        expected: `a shape and ${dtype} for ${data.length} elements of ${data.BYTES_PER_ELEMENT} bytes`,
        found: shape,
        remedy: "give each tensor the shape, dtype and data that belong together, and a name other than __metadata__",
      });
    }
    entries.push([name, { dtype, shape, data_offsets: [at, at += data.byteLength] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const header = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(8 + header + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header), true);
  bytes.set(json, 8);
  bytes.fill(0x20, 8 + json.length, 8 + header);
  let to = 8 + header;
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), to);
    to += data.byteLength;
  }
  return bytes;
}

/**
 * Reads the bytes of a safetensors file; the tensors are copies. Half floats (`F16`, `BF16`) are widened to `F32`, which
 * is exact. Fails with {@linkcode SafetensorsInvalid} at whatever the format does not allow: no bytes make it crash.
 */
export function decodeSafetensors(bytes: Uint8Array): Effect.Effect<SafetensorsContent, SafetensorsInvalid> {
  return Effect.suspend(() => {
    const header = parseHeader(bytes);
    if (header instanceof SafetensorsInvalid) return Effect.fail(header);
    const read = ({ name, dtype, shape, begin, end }: Placed): [string, SafeTensor] => {
      const data = decodeElements(dtype, bytes.slice(header.dataBegin + begin, header.dataBegin + end));
      return [name, { dtype: dtype === "F16" || dtype === "BF16" ? "F32" : dtype, shape, data }];
    };
    return Effect.succeed({
      tensors: Object.fromEntries(header.tensors.map(read)),
      metadata: header.metadata,
    });
  });
}
