import { Effect, type Scope } from "effect";
import { EmbeddingsInvalid } from "../errors/embeddings_invalid.ts";
import { ShapeMismatch } from "../errors/shape_mismatch.ts";
import type { WriteFailed } from "../errors/write_failed.ts";
import { folderOf, writeFailure } from "./remedy.ts";
import { encodeSafetensors } from "./safetensors.ts";

/** What a file of embeddings is to hold, but for the embeddings themselves. */
export interface EmbeddingsPlan {
  /** Where the whole file goes. */
  readonly path: string;
  /** Numbers per row, d. */
  readonly size: number;
  /** The class of each row, `[count]`, from 0. */
  readonly labels: Int32Array;
  /** Texts by name: `classes`, and whatever tells this file from one of another origin. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A file of embeddings in the making. */
export interface EmbeddingsWriter {
  /** Rows that were there already, of an earlier attempt. */
  readonly done: number;
  /** Whether the whole file is there: nothing is left to do. */
  readonly whole: boolean;
  /** Adds rows `[rows, size]`, last axis fastest, and waits for the disk. */
  readonly append: (rows: Float32Array) => Effect.Effect<void, WriteFailed>;
  /** Puts the file in its place once every row is there. */
  readonly commit: Effect.Effect<void, WriteFailed>;
}

/**
 * Writes a file of embeddings row by row. The rows go to `PATH.partial`, which is the file without its end: how far it has
 * come is its length, so that another call with the same plan goes on after the last whole row, whatever ended the first.
 * The name is given when all are there. Fails with {@linkcode EmbeddingsInvalid} where the path or its partial file holds
 * something else.
 *
 * @example Two rows, one by one
 * ```ts
 * import { openEmbeddingsWriter, readEmbeddings } from "@amortize/core/files";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 *
 * const folder = await Deno.makeTempDir();
 * const plan = { path: `${folder}/two.safetensors`, size: 2, labels: Int32Array.of(0, 1), metadata: {} };
 * await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
 *   const { append, commit } = yield* openEmbeddingsWriter(plan);
 *   yield* append(Float32Array.of(1, 2));
 *   yield* append(Float32Array.of(3, 4));
 *   yield* commit;
 * })));
 * const { values } = await Effect.runPromise(readEmbeddings(plan.path));
 * assertEquals([...values], [1, 2, 3, 4]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function openEmbeddingsWriter(
  { path, size, labels, metadata }: EmbeddingsPlan,
): Effect.Effect<EmbeddingsWriter, WriteFailed | EmbeddingsInvalid, Scope.Scope> {
  const partial = `${path}.partial`, rowBytes = 4 * size;
  const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, WriteFailed> =>
    Effect.tryPromise({ try: run, catch: (cause) => writeFailure(path, cause) });
  const head = headOf(labels, size, metadata), length = head.length + labels.length * rowBytes;
  const another = (file: string) =>
    new EmbeddingsInvalid({
      path: file,
      expected: "the same images, model and order as now",
      found: "embeddings of others, or another file",
      remedy: "move it away, or give another name by --out",
    });
  return Effect.gen(function* () {
    const whole = yield* attempt(() => beginsWith(path, head));
    if (whole === "other") return yield* another(path);
    if (whole === "same") return { done: labels.length, whole: true, append: () => Effect.void, commit: Effect.void };
    const begun = yield* attempt(() => beginsWith(partial, head));
    if (begun === "other") return yield* another(partial);
    const file = yield* Effect.acquireRelease(
      attempt(() => Deno.open(partial, { read: true, write: true, create: true })),
      (file) => Effect.sync(() => file.close()),
    );
    let done = 0;
    const write = async (bytes: Uint8Array): Promise<void> => {
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      await file.syncData();
    };
    yield* attempt(async () => {
      if (begun === "none") {
        await file.truncate(0);
        return await write(head);
      }
      done = Math.min(Math.floor(((await file.stat()).size - head.length) / rowBytes), labels.length);
      await file.truncate(head.length + done * rowBytes);
      await file.seek(0, Deno.SeekMode.End);
    });
    const writer: EmbeddingsWriter = {
      done,
      whole: false,
      append: (rows) => attempt(() => write(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength))),
      commit: Effect.uninterruptible(attempt(async () => {
        const { size: found } = await file.stat();
        if (found !== length) throw new RangeError(`${found} bytes of ${length} are there: rows are missing`);
        await file.sync();
        await Deno.rename(partial, path);
        if (Deno.build.os === "windows") return; // which has no such call for folders
        using folder = await Deno.open(folderOf(path), { read: true });
        await folder.sync();
      })),
    };
    return writer;
  });
}

/** The bytes before the rows: header and labels. */
function headOf(labels: Int32Array, size: number, metadata: Readonly<Record<string, string>>): Uint8Array {
  const count = labels.length;
  if (count === 0 || size === 0) {
    throw new ShapeMismatch({
      where: "openEmbeddingsWriter()",
      expected: "at least one row and one number a row",
      found: [count, size],
      remedy: "name a folder that holds images",
    });
  }
  // Labels first and embeddings last, as if they were there: the header of the whole file.
  const bytes = encodeSafetensors({ labels: { dtype: "I32", shape: [count], data: labels } }, metadata);
  const text = new TextDecoder().decode(bytes.subarray(8, bytes.length - 4 * count)).trimEnd();
  const rows = { dtype: "F32", shape: [count, size], data_offsets: [4 * count, 4 * count * (1 + size)] };
  const json = new TextEncoder().encode(`${text.slice(0, -1)},"embeddings":${JSON.stringify(rows)}}`);
  const header = Math.ceil(json.length / 8) * 8;
  const head = new Uint8Array(8 + header + 4 * count).fill(0x20, 8, 8 + header);
  new DataView(head.buffer).setBigUint64(0, BigInt(header), true);
  head.set(json, 8);
  head.set(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength), 8 + header);
  return head;
}

/** Whether a file begins with these bytes; a shorter one, which a crash left, counts as none if it agrees so far. */
async function beginsWith(path: string, head: Uint8Array): Promise<"none" | "same" | "other"> {
  try {
    using file = await Deno.open(path, { read: true });
    const found = new Uint8Array(head.length);
    let length = 0;
    for (let read; (read = await file.read(found.subarray(length))) !== null && length < head.length;) length += read;
    if (found.subarray(0, length).some((byte, i) => byte !== head[i])) return "other";
    return length < head.length ? "none" : "same";
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return "none";
    throw cause;
  }
}
