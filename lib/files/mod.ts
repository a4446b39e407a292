/**
 * Files: the only room that names Deno's file system. Whole files are replaced all or nothing; what can go wrong is a
 * typed error that names the path, the cause, and what to do.
 *
 * @example A checkpoint there and back
 * ```ts
 * import { decodeCheckpoint, encodeCheckpoint } from "@amortize/core/files";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 *
 * const w = { dtype: "F32", shape: [3], data: new Float32Array([1, 2, 3]) } as const;
 * const bytes = await Effect.runPromise(encodeCheckpoint({ w }, {}));
 * const { tensors } = await Effect.runPromise(decodeCheckpoint(bytes, "last.safetensors"));
 * assertEquals(tensors["w"], w);
 * ```
 *
 * @module
 */
export { checkpointFormat, decodeCheckpoint, encodeCheckpoint } from "./checkpoint_file.ts";
export { type Download, download } from "./download.ts";
export { type CsvError, type CsvReader, type CsvRow, openCsv } from "./csv.ts";
export { columnsAt, isMissing, numberAt, textAt } from "./csv_cells.ts";
export { type CsvWriter, openCsvWriter } from "./csv_writer.ts";
export { decodeEmbeddings, type Embeddings, type EmbeddingsError, mostClasses, readEmbeddings } from "./embeddings.ts";
export { type EmbeddingsPlan, type EmbeddingsWriter, openEmbeddingsWriter } from "./embeddings_writer.ts";
export { type IdxError, type IdxImages, type IdxLabels, readIdxImages, readIdxLabels } from "./idx.ts";
export { keepLines, wholeLines } from "./keep_lines.ts";
export { exists, listFolder, readBytes, readText } from "./read.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafeTensor,
  type SafeTensors,
  type SafetensorsContent,
} from "./safetensors.ts";
export type { Elements, SafeDtype } from "./_elements.ts";
export { sha256Hex } from "./sha256_hex.ts";
export { appendLine, ensureFolder, moveFile, removeFile, writeAtomic, writeTextAtomic } from "./write_atomic.ts";
export { CheckpointCorrupt } from "../errors/checkpoint_corrupt.ts";
export { CheckpointNewer } from "../errors/checkpoint_newer.ts";
export { DownloadFailed } from "../errors/download_failed.ts";
export { CsvInvalid } from "../errors/csv_invalid.ts";
export { EmbeddingsInvalid } from "../errors/embeddings_invalid.ts";
export { FileNotFound } from "../errors/file_not_found.ts";
export { FileUnreadable } from "../errors/file_unreadable.ts";
export { IdxInvalid } from "../errors/idx_invalid.ts";
export { SafetensorsInvalid } from "../errors/safetensors_invalid.ts";
export { WriteFailed } from "../errors/write_failed.ts";
