import { Effect } from "effect";
import { closest } from "fastest-levenshtein";
import { UnknownOption } from "../../lib/errors/unknown_option.ts";
import { WrongUse } from "../../lib/errors/wrong_use.ts";
import { download } from "../../lib/files/mod.ts";
import { imageFiles } from "../image_files.ts";
import { fullCommand, mayWrite } from "./_full_command.ts";
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
    const named = yield* mirrorOf(args.value("from"));
    yield* checkPermissions(folder, named);
    const written: { readonly path: string; readonly bytes: number }[] = [];
    for (const name of args.positional) {
      const files = imageFiles[name];
      if (files === undefined) {
        return yield* new UnknownOption({
          kind: "data set",
          found: name,
          nearest: known.length <= 3 ? known : [closest(name, known)],
        });
      }
      const from = named ?? files.from;
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

/** The folder on the web that `--from` names, without a slash at its end. */
function mirrorOf(from: string | undefined): Effect.Effect<string | undefined, WrongUse> {
  if (from === undefined) return Effect.succeed(undefined);
  if (/^https?:/.test(from) && URL.canParse(from)) return Effect.succeed(from.replace(/\/+$/, ""));
  const remedy = "write for example --from https://example.org/mnist";
  const problem = `--from ${from} is not the address of a folder on the web`;
  return Effect.fail(new WrongUse({ command: "deno task data", problem, remedy }));
}

/** Refuses what the task is not allowed, with the command that is: another mirror, another folder. */
function checkPermissions(folder: string, mirror: string | undefined): Effect.Effect<void, WrongUse> {
  const host = mirror === undefined ? undefined : new URL(mirror).host;
  const mayFetch = host === undefined || Deno.permissions.querySync({ name: "net", host }).state === "granted";
  if (mayFetch && mayWrite(folder)) return Effect.void;
  const hosts = Object.values(imageFiles).map(({ from }) => new URL(from).host);
  const command = fullCommand({ write: [folder], net: host === undefined ? [...new Set(hosts)] : [host] });
  const problem = mayFetch ? `it may not write into ${folder}` : `it may not download from ${host}`;
  return Effect.fail(
    new WrongUse({ command: "deno task data", problem, remedy: `run it with the permission: ${command}` }),
  );
}
