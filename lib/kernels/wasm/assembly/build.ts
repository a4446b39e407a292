/**
 * Compiles the AssemblyScript of this folder and writes lib/kernels/wasm/module.ts. With `--check` it writes nothing and
 * fails if the committed module is not what the sources give. A development tool: nothing in the library imports it.
 *
 * `deno run --allow-read --allow-write=lib/kernels/wasm/module.ts --allow-env lib/kernels/wasm/assembly/build.ts [--check]`
 * @module
 */
import asc from "assemblyscript/asc";
import { constants } from "./constants.ts";
import { microKernel } from "./micro_kernel.ts";

const target = new URL("../module.ts", import.meta.url);

/** The modules that a program writes. */
const generated: Readonly<Record<string, () => string>> = { constants: constantsModule, micro_kernel: microKernel };

/** An inline function per constant, `fill`, and `TABLE_BYTES`. */
function constantsModule(): string {
  const names = Object.keys(constants);
  return [
    `export const TABLE_BYTES: usize = ${names.length * 16};`,
    ...names.map((name, i) =>
      `// @ts-ignore\n@inline export function ${name}(t: usize): v128 { return v128.load(t, ${16 * i}); }`
    ),
    "export function fill(t: usize): void {",
    ...names.map((name, i) => `  v128.store(t, f32x4.splat(<f32>${constants[name]!.toExponential()}), ${16 * i});`),
    "}",
  ].join("\n");
}

function source(name: string): string | null {
  const stem = name.replace(/^.*\//, "").replace(/\.ts$/, "");
  if (generated[stem]) return generated[stem]();
  try {
    return Deno.readTextFileSync(new URL(`${stem}.as`, import.meta.url));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** The compiled module. */
export async function compile(): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(
    "index.ts -o module.wasm -O3 --noAssert --runtime stub --importMemory --initialMemory 0 --use abort= --enable"
      .split(" ")
      .concat("simd,relaxed-simd"),
    {
      readFile: source,
      writeFile: (_name: string, contents: string | Uint8Array) => {
        if (typeof contents !== "string") bytes = new Uint8Array(contents);
      },
      listFiles: () => [],
    },
  );
  if (error || !bytes) throw new Error(`Cannot compile the kernels:\n${stderr}`);
  return bytes;
}

/** The text of module.ts. */
function moduleText(bytes: Uint8Array<ArrayBuffer>): string {
  const lines = bytes.toBase64().match(/.{1,116}/g) ?? [];
  return `// Written by assembly/build.ts from assembly/*.as: do not edit. deno-fmt-ignore-file

/** The compiled kernels: WebAssembly (SIMD, relaxed SIMD) in base64, ${bytes.length} bytes. */
export const moduleBase64: string = \`
${lines.join("\n")}
\`;
`;
}

if (import.meta.main) {
  const text = moduleText(await compile());
  if (!Deno.args.includes("--check")) await Deno.writeTextFile(target, text);
  else if (await Deno.readTextFile(target) !== text) {
    console.error("lib/kernels/wasm/module.ts is not what its sources give: run build.ts without --check");
    Deno.exit(1);
  }
}
