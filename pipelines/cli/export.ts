import { Effect } from "effect";
import { UnknownOption } from "../../lib/errors/unknown_option.ts";
import { decodeCheckpoint, encodeCheckpoint, readBytes, writeAtomic } from "../../lib/files/mod.ts";
import { readIdentity, runFile, weightsAmong } from "../../lib/training/mod.ts";
import type { Arguments } from "./_options.ts";
import { outputPath } from "./_output_path.ts";
import { runFolderOf } from "./_paths.ts";
import { latestRunOf } from "./_run_names.ts";
import { print } from "./_terminal.ts";

/** `deno task export`: a checkpoint without the optimiser's moments; `loadRun` reads it, and so does PyTorch. */
export default function exportCommand(args: Arguments) {
  return Effect.gen(function* () {
    const [name] = args.positional;
    const folder = name === undefined ? yield* latestRunOf() : runFolderOf(name);
    const checkpoint = args.value("checkpoint") ?? "best";
    if (checkpoint !== "best" && checkpoint !== "last") {
      return yield* new UnknownOption({ kind: "checkpoint", found: checkpoint, nearest: ["best", "last"] });
    }
    yield* readIdentity(folder); // which says what is wrong with the folder
    const path = runFile(folder, checkpoint);
    const { tensors, metadata } = yield* decodeCheckpoint(yield* readBytes(path), path);
    const weights = weightsAmong(tensors);
    const { identity, run, iteration } = metadata;
    const kept = Object.entries({ identity, run, iteration }).filter((entry): entry is [string, string] => !!entry[1]);
    const out = (yield* outputPath("export", args, "out")) ?? `${folder}/weights.safetensors`;
    const bytes = yield* encodeCheckpoint(weights, Object.fromEntries(kept));
    yield* writeAtomic(out, bytes);
    const numbers = Object.values(weights).reduce((total, { data }) => total + data.length, 0);
    const summary = { weights: out, tensors: Object.keys(weights).length, numbers, bytes: bytes.length };
    yield* print(
      args.flag("json")
        ? JSON.stringify(summary)
        : `weights: ${out}, ${summary.tensors} tensors of ${numbers.toLocaleString("en-US")} numbers`,
    );
  });
}
