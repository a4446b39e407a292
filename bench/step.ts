/**
 * Times whole training steps (forward, backward, Adam) of this library beside stock tfjs, jax-js and PyTorch: every
 * contender in a process of its own, all in turn, so that a busy moment hits all alike.
 *
 * `deno task bench:step [--cells A,B,C,default] [--pairs 7] [--contenders wasm,blas,…] [--json FILE] [--minutes 24]`,
 * or `--device webgpu` for the contenders on a GPU (`--device webgpu --help`).
 *
 * Prints progress on stderr and Markdown on stdout. Installs nothing: what is missing is named and left out.
 */
import { parseArgs } from "@std/cli/parse-args";
import { caseFile } from "./step/_case_file.ts";
import { cells as sizes, describeCell, gigaflops } from "./step/_cells.ts";
import { contenders, deno } from "./step/_contenders.ts";
import { environment } from "./step/_environment.ts";
import { measure } from "./step/_measure.ts";
import { mustHold, mustHoldTable, type Share } from "./step/_must_hold.ts";
import { measureShares, sharesTable } from "./step/_shares.ts";
import { type CellResult, lossesTable, ratiosTable, timesTable } from "./step/_table.ts";

if (parseArgs(Deno.args, { string: ["device"] }).device === "webgpu") {
  await import("./step_webgpu.ts");
  Deno.exit(0);
}

const options = parseArgs(Deno.args, {
  string: ["device", "cells", "pairs", "contenders", "json", "minutes"],
  default: { cells: "A,B,C,default", pairs: "7", contenders: contenders.map(({ id }) => id).join(","), minutes: "24" },
  unknown: (argument) => refuse(`there is no option ${argument}`),
});
if ((options.device ?? "wasm") !== "wasm") refuse(`device ${options.device} is none of wasm, webgpu`);
const chosenCells = options.cells.split(","), chosen = options.contenders.split(",");
const pairs = wholeNumber("pairs", options.pairs), minutes = wholeNumber("minutes", options.minutes);
for (const name of chosenCells) {
  if (name !== "default" && !(name in sizes)) refuse(`cell ${name} is none of ${Object.keys(sizes)}, default`);
}
for (const id of chosen) {
  if (!contenders.some((c) => c.id === id)) refuse(`contender ${id} is none of ${contenders.map((c) => c.id)}`);
}

const progress = (text: string): void => console.error(text);
const deadline = Date.now() + 60_000 * minutes;
const before = environment();
progress(`${before.processor}, ${before.cores} cores, load ${before.load.map((l) => l.toFixed(2)).join(" ")}`);
if (before.load[0]! > 0.5) progress("warning: other programs run here; two workers and ratios suffer most");

const folder = await Deno.makeTempDir();
const results: CellResult[] = [];
let shares: Share[] = [];
try {
  for (const [i, name] of chosenCells.entries()) {
    progress(`cell ${name}`);
    const until = Date.now() + (deadline - Date.now()) * shareOfTime(chosenCells.slice(i));
    results.push(await measureCell(name, until));
    progress(timesTable(results.slice(-1)));
  }
  if (chosenCells.includes("default")) {
    shares = await measureShares((blas) => deno("kernel_share.ts", "default", blas), progress);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}

const after = environment(), checks = mustHold(results, shares);
console.log(report());
if (options.json !== undefined) {
  const all = { before, after, options: { pairs, minutes, cells: chosenCells }, results, shares, checks };
  await Deno.writeTextFile(options.json, JSON.stringify(all, null, 2) + "\n");
}

/** The first cell's share of the time that is left: stock tfjs and jax-js take most of it at B, much at C. */
function shareOfTime(cells: readonly string[]): number {
  const weights = cells.map((name) => name === "B" ? 4 : name === "C" ? 3 : 1);
  return weights[0]! / weights.reduce((sum, weight) => sum + weight, 0);
}

async function measureCell(name: string, until: number): Promise<CellResult> {
  const size = sizes[name];
  const path = `${folder}/${name}.safetensors`;
  if (size !== undefined) await Deno.writeFile(path, caseFile(size));
  const commands = contenders.filter(({ id }) => chosen.includes(id)).flatMap(({ id, title, bare, pipeline }) => {
    const command = size === undefined ? pipeline?.() : bare?.(path);
    return command === undefined ? [] : [{ id, title, command }];
  });
  const measured = await measure(commands, { pairs, deadline: until, progress });
  const description = size === undefined
    ? "one training iteration of the default pipeline"
    : `${describeCell(size)}; ${gigaflops(size).toFixed(2)} GFLOP of products`;
  return { name, description, measured };
}

function report(): string {
  const notes = results.flatMap(({ name, measured }) =>
    measured.flatMap(({ title, note }) => note === undefined ? [] : [`- ${name}, ${title}: ${note}`])
  );
  const described = results.flatMap(({ measured }) => measured).filter(({ description }) => description !== "");
  const descriptions = new Set(described.map(({ title, description }) => `- ${title}: ${description}`));
  return [
    `${before.date}, ${before.processor}, ${before.cores} cores, Deno ${before.deno}, ${before.system}; load ` +
    `${before.load[0]!.toFixed(2)} before, ${after.load[0]!.toFixed(2)} after (the bench itself is in it).`,
    results.map(({ name, description }) => `- ${name}: ${description}`).join("\n"),
    timesTable(results),
    ratiosTable(results),
    lossesTable(results),
    ...(shares.length > 0 ? [sharesTable(shares)] : []),
    mustHoldTable(checks),
    [...descriptions].join("\n"),
    ...(notes.length > 0 ? [`Left out or cut short:\n\n${notes.join("\n")}`] : []),
  ].join("\n\n");
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) refuse(`--${name} takes a whole number from 1, found ${text}`);
  return value;
}

function refuse(problem: string): never {
  console.error(`Cannot run bench:step: ${problem}`);
  Deno.exit(2);
}
