/**
 * Runs `deno doc --lint` over every export and fails on every finding that can be mended here: all codes but
 * `private-type-ref`, and of those the ones whose private type is declared in this package. Types of npm packages are
 * left out, since they cannot be exported from here.
 */
const config = JSON.parse(Deno.readTextFileSync("deno.json")) as { readonly exports: Readonly<Record<string, string>> };
const { stderr, stdout } = new Deno.Command(Deno.execPath(), {
  args: ["doc", "--lint", ...Object.values(config.exports)],
  env: { NO_COLOR: "1" },
}).outputSync();
const text = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
const findings = text.split(/\n(?=error\[)/).filter((part) => part.startsWith("error["));

/** Lines of our sources as `number: text`: the lint tells the referenced type's line, but not its file. */
const ownLines = new Set([...sources("lib"), ...sources("pipelines")].flatMap(numberedLines));

function* sources(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sources(path);
    else if (path.endsWith(".ts")) yield path;
  }
}

function numberedLines(path: string): string[] {
  return Deno.readTextFileSync(path).split("\n").map((line, i) => `${i + 1}: ${line.trim()}`);
}

/** Whether a finding is about code of this package. One that names no line counts, so that none is lost. */
function isOurs(finding: string): boolean {
  if (!finding.startsWith("error[private-type-ref]")) return true;
  const [, line, declaration] = /(\d+) \| (.*)\n[ |]*-+ this is the referenced type/.exec(finding) ?? [];
  return line === undefined || ownLines.has(`${line}: ${declaration!.trim()}`);
}

const ours = findings.filter(isOurs);
for (const finding of ours) console.error(finding);
console.error(
  `doc lint: ${ours.length} findings (${findings.length - ours.length} about npm's private types left out)`,
);
if (ours.length > 0) Deno.exit(1);
