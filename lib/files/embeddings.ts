/**
 * Files of embeddings: safetensors with `embeddings` `[n, d]` (F32, F16 or BF16) and `labels` `[n]` (I32, I64 or U8), one
 * class from 0 a row. The metadata may hold `classes`, a JSON list of their names.
 *
 * @module
 */
import { Effect } from "effect";
import { EmbeddingsInvalid } from "../errors/embeddings_invalid.ts";
import type { FileNotFound } from "../errors/file_not_found.ts";
import type { FileUnreadable } from "../errors/file_unreadable.ts";
import { SafetensorsInvalid } from "../errors/safetensors_invalid.ts";
import { decodeElements, type Elements, elementSizes, type StoredDtype } from "./_elements.ts";
import { type Header, parseHeader } from "./_safetensors_header.ts";
import { readBytes } from "./read.ts";

/** Embedded rows and their classes. */
export interface Embeddings {
  /** Number of rows, n. */
  readonly count: number;
  /** Numbers per row, d. */
  readonly size: number;
  /** `[count, size]`, last axis fastest; all finite. */
  readonly values: Float32Array;
  /** `[count]`, the class of each row, from 0. */
  readonly labels: Int32Array;
  /** Names of the classes, where the file tells them. */
  readonly classes?: readonly string[];
}

/** What reading a file of embeddings may fail with. */
export type EmbeddingsError = EmbeddingsInvalid | FileNotFound | FileUnreadable;

/** A label from here on is a mistake in the file. */
export const mostClasses = 65_536;

const dtypes = { embeddings: ["F32", "F16", "BF16"], labels: ["I32", "I64", "U8"] } as const satisfies Readonly<
  Record<string, readonly StoredDtype[]>
>;

/** Reads a file of embeddings; anything about it that is wrong is an {@linkcode EmbeddingsInvalid}. */
export function readEmbeddings(path: string): Effect.Effect<Embeddings, EmbeddingsError> {
  return Effect.flatMap(readBytes(path), (bytes) => decodeEmbeddings(bytes, path));
}

/**
 * Reads the bytes of a file of embeddings; `path` is for messages. The result may look into `bytes`: leave them as they
 * are. Fails with {@linkcode EmbeddingsInvalid} where a tensor is missing, of another kind or shape, where a number is
 * not finite, or a label names no class: no bytes make it crash.
 *
 * @example Two rows of three numbers
 * ```ts
 * import { decodeEmbeddings, encodeSafetensors } from "@amortize/core/files";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 *
 * const embeddings = { dtype: "F32", shape: [2, 3], data: new Float32Array([1, 2, 3, 4, 5, 6]) } as const;
 * const labels = { dtype: "U8", shape: [2], data: new Uint8Array([1, 0]) } as const;
 * const bytes = encodeSafetensors({ embeddings, labels }, {});
 * const read = Effect.runSync(decodeEmbeddings(bytes, "two.safetensors"));
 * assertEquals([read.count, read.size, [...read.labels]], [2, 3, [1, 0]]);
 * ```
 */
export function decodeEmbeddings(bytes: Uint8Array, path: string): Effect.Effect<Embeddings, EmbeddingsInvalid> {
  return Effect.suspend(() => {
    const result = parse(bytes, path);
    return result instanceof EmbeddingsInvalid ? Effect.fail(result) : Effect.succeed(result);
  });
}

function parse(bytes: Uint8Array, path: string): Embeddings | EmbeddingsInvalid {
  const invalid = (expected: string, found: string) => {
    const remedy = "make the file again, by deno task embed or as safetensors of embeddings [n, d] and labels [n]";
    return new EmbeddingsInvalid({ path, expected, found, remedy });
  };
  const header = parseHeader(bytes);
  if (header instanceof SafetensorsInvalid) {
    return invalid(`safetensors, in its ${header.where} ${header.expected}`, header.found);
  }
  const embeddings = tensorOf(bytes, header, "embeddings"), labels = tensorOf(bytes, header, "labels");
  if (typeof embeddings === "string") return invalid(`embeddings of ${dtypes.embeddings.join(", ")}`, embeddings);
  if (typeof labels === "string") return invalid(`labels of ${dtypes.labels.join(", ")}`, labels);
  const [count = 0, size = 0] = embeddings.shape;
  if (embeddings.shape.length !== 2 || count === 0 || size === 0) {
    return invalid("embeddings [n, d] with at least one row and one column", `[${embeddings.shape}]`);
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== count) {
    return invalid(`labels [${count}], one for each row of embeddings`, `[${labels.shape}]`);
  }
  const values = embeddings.data as Float32Array;
  const wild = values.findIndex((value) => !Number.isFinite(value));
  if (wild >= 0) return invalid("finite numbers", `${values[wild]} in row ${Math.floor(wild / size)}`);
  const classes = namesOf(header.metadata["classes"]);
  if (classes === null) return invalid("classes in the metadata as a JSON list of names", header.metadata["classes"]!);
  const most = classes?.length ?? mostClasses;
  const wrong = labels.data.findIndex((label) => label < 0 || label >= most);
  if (wrong >= 0) return invalid(`labels from 0 to ${most - 1}`, `${labels.data[wrong]} in row ${wrong}`);
  const whole = labels.data instanceof Int32Array ? labels.data : Int32Array.from(labels.data as Uint8Array, Number);
  return { count, size, values, labels: whole, ...(classes === undefined ? {} : { classes }) };
}

/** A tensor of a file, or what stands in its place. */
function tensorOf(
  bytes: Uint8Array,
  header: Header,
  name: keyof typeof dtypes,
): { readonly shape: readonly number[]; readonly data: Elements } | string {
  const placed = header.tensors.find((tensor) => tensor.name === name);
  if (placed === undefined) return `${header.tensors.map((tensor) => tensor.name).join(", ") || "no tensor"}`;
  const { dtype, shape, begin, end } = placed;
  if (!(dtypes[name] as readonly StoredDtype[]).includes(dtype)) return dtype;
  const part = bytes.subarray(header.dataBegin + begin, header.dataBegin + end);
  // Large files are not copied where their numbers lie as the processor wants them.
  return { shape, data: decodeElements(dtype, part.byteOffset % elementSizes[dtype] === 0 ? part : part.slice()) };
}

/** Names of classes; `undefined` where there are none, `null` where they are no list of names. */
function namesOf(text: string | undefined): readonly string[] | undefined | null {
  if (text === undefined) return undefined;
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) && names.every((name) => typeof name === "string") ? names : null;
  } catch {
    return null;
  }
}
