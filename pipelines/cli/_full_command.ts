/** What a command needs beyond reading files here. */
export interface Needed {
  /** Folders to write to. */
  readonly write: readonly string[];
  /** Hosts to download from. */
  readonly net?: readonly string[];
}

/** A command line, as it was typed, with the permissions that it needs: what to run where a task grants too little. */
export function fullCommand({ write, net = [] }: Needed, argv: readonly string[] = Deno.args): string {
  const computes = !["data", "list"].includes(argv[0] ?? "");
  return [
    "deno run --allow-read",
    `--allow-write=${write.map(quoted).join(",")}`,
    ...(net.length === 0 ? [] : [`--allow-net=${net.join(",")}`]),
    ...(computes ? ["--allow-env=AMORTIZE_DATA", "--allow-ffi"] : []),
    "pipelines/cli.ts",
    ...argv.map(quoted),
  ].join(" ");
}

/** A line with the whole command that may write where this one may not; empty for other errors. */
export function permissionHint(
  error: { readonly _tag?: string; readonly path?: string; readonly cause?: unknown },
): string {
  if (error._tag !== "WriteFailed" || !(error.cause instanceof Deno.errors.NotCapable)) return "";
  const cut = error.path!.replaceAll("\\", "/").lastIndexOf("/");
  const folder = cut < 0 ? "." : cut === 0 ? "/" : error.path!.slice(0, cut);
  return `\nthe whole command: ${fullCommand({ write: ["runs", folder] })}`;
}

/** The command as it was typed, by its task. */
export function commandTyped(argv: readonly string[] = Deno.args): string {
  return ["deno task", ...argv.map(quoted)].join(" ");
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Whether this process may write files into a folder. */
export function mayWrite(folder: string): boolean {
  return Deno.permissions.querySync({ name: "write", path: folder }).state === "granted";
}
