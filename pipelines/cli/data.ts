import { Effect } from "effect";
import { closest } from "fastest-levenshtein";
import { UnknownOption } from "../../lib/errors/unknown_option.ts";
import { WrongUse } from "../../lib/errors/wrong_use.ts";
import { download } from "../../lib/files/mod.ts";
import { imageFiles } from "../image_files.ts";
import { defaultDataFolder } from "./_open_run.ts";
import type { Arguments } from "./_options.ts";
import { print, say } from "./_terminal.ts";

/** `deno task data`: downloads data sets and verifies them; what is there and right already stays. */
export default function dataCommand(args: Arguments) {
  return Effect.gen(function* () {
    const known = Object.keys(imageFiles);
    if (args.positional.length === 0) {
      const problem = "no data set was named";
      return yield* new WrongUse({ command: "deno task data", problem, remedy: `name one of ${known.join(", ")}` });
    }
    const folder = args.value("data") ?? defaultDataFolder;
    const written: { readonly path: string; readonly bytes: number }[] = [];
    for (const name of args.positional) {
      const files = imageFiles[name];
      if (files === undefined) {
        return yield* new UnknownOption({ kind: "data set", found: name, nearest: [closest(name, known)] });
      }
      const from = args.value("from") ?? files.from;
      for (const [file, sha256] of Object.entries(files.sha256)) {
        const path = `${folder}/${name}/${file}`;
        const bytes = yield* download({ url: `${from}/${file}`, path, sha256 });
        yield* say(bytes === 0 ? `${path} is there` : `${path}: ${(bytes / 1e6).toFixed(1)} MB, verified`);
        written.push({ path, bytes });
      }
    }
    if (args.flag("json")) yield* print(JSON.stringify(written));
  });
}
