/** The house's rules: rooms import downwards only, few may name Deno, the public module is fit for a browser. */
import { assert, assertEquals } from "@std/assert";

const rooms = [
  "errors",
  "files",
  "random",
  "device",
  "kernels",
  "ops",
  "model",
  "stages",
  "regimes",
  "tasks",
  "capture",
  "collective",
  "training",
  "evaluation",
  "report",
];

function* sources(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    // What writes a generated module is a tool of its own, which no other file imports.
    if (entry.isDirectory) { if (!["assembly", "outlines"].includes(entry.name)) yield* sources(path); }
    else if (path.endsWith(".ts")) yield path;
  }
}

/** Rooms that a file's relative imports lead to. */
function importedRooms(path: string, text: string): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, target]) => {
    const url = new URL(target!, `file:///${path}`);
    return url.pathname.split("/")[2]!;
  });
}

function upwardImports(files: readonly (readonly [path: string, text: string])[]): string[] {
  return files.flatMap(([path, text]) => {
    const own = rooms.indexOf(path.split("/")[1]!);
    return importedRooms(path, text).filter((room) => rooms.indexOf(room) > own || !rooms.includes(room))
      .map((room) => `${path} imports ${room}`);
  });
}

const library = [...sources("lib")].map((path) => [path, Deno.readTextFileSync(path)] as const);

Deno.test("lib's rooms import only from rooms before them", () => {
  assertEquals(upwardImports(library), []);
});

Deno.test("the check of imports sees an import that runs upwards", () => {
  assertEquals(upwardImports([["lib/ops/x.ts", `import { a } from "../training/mod.ts";`]]).length, 1);
});

Deno.test("only files, device and collective name Deno, and nothing in lib prints", () => {
  const code = library.map(([path, text]) => [path, text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")] as const);
  const naming = code.filter(([path, text]) =>
    /\bDeno\./.test(text) && !/^lib\/(files|device|collective)\//.test(path)
  );
  assertEquals(naming.map(([path]) => path), []);
  const printing = code.filter(([, text]) => /\bconsole\.(log|info|error)\(/.test(text));
  assertEquals(printing.map(([path]) => path), []);
});

Deno.test("mod.ts bundles for a browser", async () => {
  const out = await Deno.makeTempDir();
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--platform", "browser", "-o", `${out}/mod.js`, "mod.ts"],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    assert((await Deno.stat(`${out}/mod.js`)).size > 10_000);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
