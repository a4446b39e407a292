/**
 * A stand-in for `jsr:@std/cli`: the same names and behaviour for what this project uses, so that its command line works
 * where JSR is out of reach. Delete `links` from the root `deno.json` and the original takes its place.
 *
 * ```ts
 * import { parseArgs } from "@std/cli";
 * console.assert(parseArgs(["--seed=7"]).seed === 7);
 * ```
 *
 * @module
 */
export { type Args, parseArgs, type ParseOptions } from "./parse_args.ts";
export { unicodeWidth } from "./unicode_width.ts";
