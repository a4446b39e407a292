/**
 * IDX files, as MNIST and its likes come: a magic number that tells the element type and the number of axes, the size of
 * each axis as a big-endian word, the elements. Source: LeCun, Cortes, Burges, "The MNIST database".
 *
 * @module
 */
import { Effect } from "effect";
import type { FileNotFound } from "../errors/file_not_found.ts";
import type { FileUnreadable } from "../errors/file_unreadable.ts";
import { IdxInvalid } from "../errors/idx_invalid.ts";
import { gunzip } from "./gunzip.ts";
import { readBytes } from "./read.ts";

/** Grey images: pixel (row, column) of image i is `pixels[(i · rows + row) · columns + column]`, 0 … 255. */
export interface IdxImages {
  /** Number of images. */
  readonly count: number;
  /** Height of each image in pixels. */
  readonly rows: number;
  /** Width of each image in pixels. */
  readonly columns: number;
  /** `[count, rows, columns]`, last axis fastest. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/** A class for each image. */
export interface IdxLabels {
  /** Number of labels. */
  readonly count: number;
  /** `[count]`, 0 … 255. */
  readonly labels: Uint8Array<ArrayBuffer>;
}

/** What reading an IDX file may fail with. */
export type IdxError = IdxInvalid | FileNotFound | FileUnreadable;

const IMAGES = 0x0803, LABELS = 0x0801; // unsigned bytes; three axes, one axis
const KINDS: Readonly<Record<number, string>> = { [IMAGES]: "images", [LABELS]: "labels" };

function unpacked(path: string, bytes: Uint8Array<ArrayBuffer>): Effect.Effect<Uint8Array<ArrayBuffer>, IdxInvalid> {
  return Effect.tryPromise({
    try: () => gunzip(bytes),
    catch: (cause) => invalid(path, "a whole gzip file", cause instanceof Error ? cause.message : String(cause)),
  });
}

function invalid(path: string, expected: string, found: string): IdxInvalid {
  return new IdxInvalid({
    path,
    expected,
    found,
    remedy: "download the file again, or give the path of the right one",
  });
}

/** The sizes of the axes and the elements after them. */
interface Content {
  readonly sizes: readonly number[];
  readonly elements: Uint8Array<ArrayBuffer>;
}

function parse(path: string, bytes: Uint8Array<ArrayBuffer>, magic: number): Content | IdxInvalid {
  const axes = magic & 0xff, begin = 4 + 4 * axes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wanted = `the magic number ${magic} (${KINDS[magic]})`;
  if (bytes.length < 4) return invalid(path, wanted, `${bytes.length} bytes`);
  const found = view.getUint32(0);
  if (found !== magic) {
    return invalid(path, wanted, KINDS[found] === undefined ? `${found}` : `${found} (${KINDS[found]})`);
  }
  if (bytes.length < begin) return invalid(path, `a header of ${begin} bytes`, `${bytes.length} bytes`);
  const sizes = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = sizes.reduce((product, axis) => product * axis, 1);
  if (bytes.length - begin !== size) {
    return invalid(path, `${size} bytes for ${sizes.join(" × ")} elements`, `${bytes.length - begin} bytes`);
  }
  return { sizes, elements: bytes.subarray(begin) };
}

function readIdx(path: string, magic: number): Effect.Effect<Content, IdxError> {
  return readBytes(path).pipe(
    Effect.flatMap((bytes) => unpacked(path, bytes)),
    Effect.flatMap((bytes) => {
      const content = parse(path, bytes, magic);
      return content instanceof IdxInvalid ? Effect.fail(content) : Effect.succeed(content);
    }),
  );
}

/**
 * Reads a file of images, gzipped or not.
 *
 * @example MNIST's training images, where they were downloaded
 * ```ts ignore
 * import { readIdxImages } from "@amortize/core/files";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 *
 * const { count, rows, columns } = await Effect.runPromise(readIdxImages("data/mnist/train-images-idx3-ubyte.gz"));
 * assertEquals([count, rows, columns], [60_000, 28, 28]);
 * ```
 */
export function readIdxImages(path: string): Effect.Effect<IdxImages, IdxError> {
  return Effect.map(readIdx(path, IMAGES), ({ sizes: [count = 0, rows = 0, columns = 0], elements }) => {
    return { count, rows, columns, pixels: elements };
  });
}

/** Reads a file of labels, gzipped or not. */
export function readIdxLabels(path: string): Effect.Effect<IdxLabels, IdxError> {
  return Effect.map(readIdx(path, LABELS), ({ elements }) => ({ count: elements.length, labels: elements }));
}
