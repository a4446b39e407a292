import { Effect } from "effect";
import { writeFigure, writeReport } from "./_evaluate_and_report.ts";
import type { Arguments } from "./_options.ts";
import { outputPath } from "./_output_path.ts";
import { runFolderOf } from "./_paths.ts";
import { latestRunOf } from "./_run_names.ts";
import { print } from "./_terminal.ts";

/** `deno task report`: one self-contained HTML file about one run, or several side by side. */
export default function reportCommand(args: Arguments) {
  return Effect.gen(function* () {
    const folders = args.positional.length > 0 ? args.positional.map(runFolderOf) : [yield* latestRunOf()];
    const figure = yield* outputPath("report", args, "figure");
    if (figure !== undefined) {
      yield* writeFigure(folders[0]!, figure);
      return yield* print(args.flag("json") ? JSON.stringify({ figure, run: folders[0] }) : `figure: ${figure}`);
    }
    const path = yield* writeReport(folders, yield* outputPath("report", args, "out"));
    yield* print(args.flag("json") ? JSON.stringify({ report: path, runs: folders }) : `report: ${path}`);
  });
}
