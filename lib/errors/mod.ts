/**
 * Typed errors: one class a file, told apart by `_tag`. Fields hold what was tried, found and allowed, and the message
 * is made of them.
 *
 * @module
 */
export { BlasUnavailable } from "./blas_unavailable.ts";
export { CaptureRefused } from "./capture_refused.ts";
export { CheckpointCorrupt } from "./checkpoint_corrupt.ts";
export { CheckpointNewer } from "./checkpoint_newer.ts";
export { CsvInvalid } from "./csv_invalid.ts";
export { DataMissing } from "./data_missing.ts";
export { DeviceLost } from "./device_lost.ts";
export { DeviceUnavailable } from "./device_unavailable.ts";
export { DownloadFailed } from "./download_failed.ts";
export { FileNotFound } from "./file_not_found.ts";
export { FileUnreadable } from "./file_unreadable.ts";
export { EmbeddingsInvalid } from "./embeddings_invalid.ts";
export { IdxInvalid } from "./idx_invalid.ts";
export { InvalidConfiguration } from "./invalid_configuration.ts";
export { InvalidSeed } from "./invalid_seed.ts";
export { ModelNotUsable } from "./model_not_usable.ts";
export { NonFinite } from "./non_finite.ts";
export { RankLost } from "./rank_lost.ts";
export { RunNotUsable } from "./run_not_usable.ts";
export { SafetensorsInvalid } from "./safetensors_invalid.ts";
export { ShaderFailed } from "./shader_failed.ts";
export { ShapeMismatch } from "./shape_mismatch.ts";
export { SharedBuffer } from "./shared_buffer.ts";
export { StateNotUsable } from "./state_not_usable.ts";
export { TableNotUsable } from "./table_not_usable.ts";
export { UnevenShards } from "./uneven_shards.ts";
export { UnknownOption } from "./unknown_option.ts";
export { WasmMemoryExhausted } from "./wasm_memory_exhausted.ts";
export { WriteFailed } from "./write_failed.ts";
export { WrongUse } from "./wrong_use.ts";
