import type { OptionSpec } from "./_options.ts";

/** Where to compute. */
export const device: OptionSpec = {
  name: "device",
  kind: "value",
  placeholder: "auto|webgpu|wasm|cpu",
  help: "where to compute (auto)",
};

/** Which library multiplies on wasm. */
export const blas: OptionSpec = {
  name: "blas",
  kind: "value",
  placeholder: "auto|off|PATH",
  help: "a library for products on wasm (auto: the first usual one that is there)",
};

/** Where data sets are. */
export const dataFolder: OptionSpec = {
  name: "data",
  kind: "value",
  placeholder: "DIR",
  help: "the folder of data sets (AMORTIZE_DATA, else data)",
};

/** How many threads train. */
export const workers: OptionSpec = {
  name: "workers",
  kind: "value",
  placeholder: "N|auto",
  help: "threads that share the tasks of a batch (auto)",
};

/** Whether what runs again and again is replayed. */
export const replay: OptionSpec = {
  name: "replay",
  kind: "value",
  placeholder: "auto|off",
  help: "record once the kernels that run again and again, and replay them, with the same bits (auto)",
};
