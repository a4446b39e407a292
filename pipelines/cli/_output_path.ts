import { Effect } from "effect";
import { WrongUse } from "../../lib/errors/wrong_use.ts";
import { exists } from "../../lib/files/mod.ts";
import { runFile, runFiles } from "../../lib/training/mod.ts";
import { fullCommand, mayWrite } from "./_full_command.ts";
import type { Arguments } from "./_options.ts";

/**
 * The path that an option such as `--out` names, checked before anything is computed: a file that a run itself consists of
 * is refused, whichever run's, and so is a folder that the task may not write to.
 */
export function outputPath(
  command: string,
  args: Arguments,
  option: string,
): Effect.Effect<string | undefined, WrongUse> {
  return Effect.gen(function* () {
    const path = args.value(option);
    if (path === undefined) return undefined;
    const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
    const folder = cut < 0 ? "." : path.slice(0, cut), name = path.slice(cut + 1);
    if (!mayWrite(folder === "" ? "/" : folder)) {
      return yield* new WrongUse({
        command: `deno task ${command}`,
        problem: `it may write under runs/ only, and --${option} ${path} is elsewhere`,
        remedy: `run it with the permission: ${fullCommand({ write: ["runs", folder === "" ? "/" : folder] })}`,
      });
    }
    const own = Object.values<string>(runFiles).filter((file) => file !== runFiles.report);
    if (!own.includes(name) || !(yield* exists(runFile(folder, "config")))) return path;
    return yield* new WrongUse({
      command: `deno task ${command}`,
      problem: `--${option} ${path} is a file that a run consists of`,
      remedy: "give another name",
    });
  });
}
