import { Effect } from "effect";
import { WrongUse } from "../../lib/errors/wrong_use.ts";

/** Where models come from unless another host is named, and where that host keeps large files. */
export const modelHost = "https://huggingface.co/";
const fileHosts = "*.hf.co";

/** Names of the environment that the library of models reads, whatever it finds there. */
const environment = [
  "npm_package_config_libvips",
  "MALLOC_ARENA_MAX",
  "ORT_DISABLE_TELEMETRY",
  "TESTING_REMOTELY",
  "HF_TOKEN",
  "HF_ACCESS_TOKEN",
];

/** What `deno task embed` needs beyond the task's own permissions. */
export interface EmbedNeeds {
  /** Folders that are written into. */
  readonly write: readonly string[];
  /** The host that the model has to be fetched from. */
  readonly host: string | undefined;
}

/** Refuses what permissions do not allow, with the full command that does. */
export function checkEmbedPermissions({ write, host }: EmbedNeeds): Effect.Effect<void, WrongUse> {
  return Effect.gen(function* () {
    const net = host === undefined ? [] : host === modelHost ? [new URL(host).host, fileHosts] : [new URL(host).host];
    const missing: string[] = [];
    for (const path of write) {
      if (!(yield* granted({ name: "write", path }))) missing.push(`it may not write into ${path}`);
    }
    for (const host of net.slice(0, 1)) {
      const ok = yield* granted({ name: "net", host });
      if (!ok) missing.push(`the model is not here, and it may not fetch it from ${host}`);
    }
    if (missing.length === 0) return;
    const words = [
      "deno run --allow-read",
      `--allow-write=${[...new Set(write)].map(quoted).join(",")}`,
      `--allow-env=${environment.join(",")}`,
      "--allow-ffi=node_modules",
      ...(net.length === 0 ? [] : [`--allow-net=${quoted(net.join(","))}`]),
      "pipelines/cli.ts",
      ...Deno.args.map(quoted),
    ];
    const remedy = `run this instead:\n${words.join(" ")}`;
    return yield* new WrongUse({ command: "deno task embed", problem: missing.join("; "), remedy });
  });
}

function granted(permission: Deno.PermissionDescriptor): Effect.Effect<boolean> {
  return Effect.promise(async () => (await Deno.permissions.query(permission)).state === "granted");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
