/** Runs `deno doc --lint` over every export and fails on all codes but npm's private types, which cannot be named. */
const config = JSON.parse(Deno.readTextFileSync("deno.json")) as { readonly exports: Readonly<Record<string, string>> };
const { stderr, stdout } = new Deno.Command("deno", {
  args: ["doc", "--lint", ...Object.values(config.exports)],
  env: { NO_COLOR: "1" },
}).outputSync();
const text = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
const findings = text.split(/\n(?=error\[)/).filter((part) => part.startsWith("error["));
const ours = findings.filter((finding) => !finding.startsWith("error[private-type-ref]"));
for (const finding of ours) console.error(finding);
console.error(
  `doc lint: ${ours.length} findings (${findings.length - ours.length} about npm's private types left out)`,
);
if (ours.length > 0) Deno.exit(1);
