// Its own types bring Node's globals, which change those of Deno's WebGPU.
// @ts-types="./_csv_parse.d.ts"
export { parse } from "csv-parse";
