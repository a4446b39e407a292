/** Lays the tracked files out beside `vendor/` in a temporary folder, as JSR would get them, and dry-runs there. */
const root = Deno.makeTempDirSync();
try {
  const listed = new Deno.Command("git", { args: ["ls-files", "-co", "--exclude-standard"] }).outputSync();
  const files = new TextDecoder().decode(listed.stdout).split("\n").filter((file) => file !== "");
  for (const file of files) {
    const to = `${root}/${file.startsWith("vendor/") ? file : `package/${file}`}`;
    Deno.mkdirSync(to.slice(0, to.lastIndexOf("/")), { recursive: true });
    Deno.copyFileSync(file, to);
  }
  // Without nodeModulesDir: the cache serves, and a member may not say it.
  const { links, imports, nodeModulesDir: _, ...own } = JSON.parse(Deno.readTextFileSync("deno.json"));
  Deno.writeTextFileSync(`${root}/deno.json`, JSON.stringify({ workspace: ["./package"], links, imports }));
  Deno.writeTextFileSync(`${root}/package/deno.json`, JSON.stringify({ ...own, imports: { ...imports } }));
  const { success } = new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty"],
    cwd: `${root}/package`,
    stdout: "inherit",
    stderr: "inherit",
  }).outputSync();
  if (!success) Deno.exit(1);
} finally {
  Deno.removeSync(root, { recursive: true });
}
