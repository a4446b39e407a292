/**
 * Times whole training steps on WebGPU: `deno task bench:step --device webgpu`, with `--help` for the rest. Every
 * contender is a process of its own on the same adapter, all in turn. Prints progress on stderr and Markdown on stdout.
 */
import { parseArgs } from "@std/cli/parse-args";
import { caseFile } from "./step/_case_file.ts";
import { cells as sizes, describeCell, gigaflops } from "./step/_cells.ts";
import { deno } from "./step/_contenders.ts";
import { environment } from "./step/_environment.ts";
import { cleanEnvironment } from "./step/_process.ts";
import { mark } from "./step/_serve.ts";
import { findPython, gpuContenders } from "./step/webgpu/_contenders_gpu.ts";
import { gpuHelp } from "./step/webgpu/_help.ts";
import type { Profile } from "./step/webgpu/profile.ts";
import { measureGpu } from "./step/webgpu/_measure_gpu.ts";
import {
  type GpuCellResult,
  gpuLossesTable,
  gpuProfileTable,
  gpuRatiosTable,
  gpuTimesTable,
} from "./step/webgpu/_table_gpu.ts";

const options = parseArgs(Deno.args, {
  string: ["device", "cells", "rounds", "turn", "losses", "minutes", "contenders", "jax", "python", "out"],
  boolean: ["help", "profile"],
  default: { cells: "A,B,default", rounds: "5", turn: "700", losses: "20", minutes: "9" },
  unknown: (argument) => refuse(`there is no option ${argument}`),
});
if (options.help) {
  console.log(gpuHelp);
  Deno.exit(0);
}
const chosenCells = options.cells.split(","), rounds = wholeNumber("rounds"), turnMs = wholeNumber("turn");
const deadline = Date.now() + 60_000 * wholeNumber("minutes"), lossSteps = wholeNumber("losses");
for (const name of chosenCells) {
  if (name !== "default" && !(name in sizes)) refuse(`cell ${name} is none of ${Object.keys(sizes)}, default`);
}
const all = gpuContenders({ jax: options.jax, python: await findPython(options.python) });
const chosen = options.contenders?.split(",") ?? all.map(({ id }) => id);
for (const id of chosen) {
  if (!all.some((c) => c.id === id)) refuse(`contender ${id} is none of ${all.map((c) => c.id)}`);
}

const progress = (text: string): void => console.error(text);
const before = environment(), folder = await Deno.makeTempDir(), results: GpuCellResult[] = [];
progress(`${before.processor}, ${before.cores} cores, load ${before.load.map((l) => l.toFixed(2)).join(" ")}`);
try {
  for (const [i, name] of chosenCells.entries()) {
    const left = deadline - Date.now();
    if (i > 0 && left < 0) progress(`cell ${name}: time was up`);
    else results.push(await measureCell(name, Date.now() + left / (chosenCells.length - i)));
    await save(); // what there is, should the machine be taken away
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
console.log(report());

async function measureCell(name: string, until: number): Promise<GpuCellResult> {
  progress(`cell ${name}`);
  const size = sizes[name], path = `${folder}/${name}.safetensors`;
  if (size !== undefined) await Deno.writeFile(path, caseFile(size));
  const contenders = all.filter(({ id }) => chosen.includes(id)).flatMap(({ id, title, bare, pipeline }) => {
    const command = size === undefined ? pipeline?.() : bare?.(path);
    return command === undefined ? [] : [{ id, title, command }];
  });
  const measured = await measureGpu(contenders, { rounds, lossSteps, turnMs, deadline: until, progress });
  const profile = size === undefined || !options.profile ? undefined : await profileOf(path);
  const description = size === undefined
    ? "one training iteration of the default pipeline, its numbers read"
    : `${describeCell(size)}; ${gigaflops(size).toFixed(2)} GFLOP of products`;
  return { name, description, measured, ...(profile === undefined ? {} : { profile }) };
}

/** Our replay once more, alone, every dispatch timed by the GPU. */
async function profileOf(path: string): Promise<Profile | undefined> {
  const [program, ...args] = deno("webgpu/profile.ts", path);
  const { stdout } = await new Deno.Command(program!, { args, env: cleanEnvironment(), stderr: "null" }).output();
  const line = new TextDecoder().decode(stdout).split("\n").find((line) => line.startsWith(mark));
  progress(line === undefined ? "  no profile: the adapter has no timestamp-query" : "  profiled");
  return line === undefined ? undefined : JSON.parse(line.slice(mark.length));
}

async function save(): Promise<void> {
  if (options.out === undefined) return;
  const settings = { cells: chosenCells, rounds, turnMs, lossSteps };
  const json = JSON.stringify({ before, after: environment(), settings, results }, null, 2);
  await Deno.mkdir(options.out, { recursive: true });
  await Deno.writeTextFile(`${options.out}/step_webgpu.json`, json + "\n");
  await Deno.writeTextFile(`${options.out}/step_webgpu.md`, report() + "\n");
}

function report(): string {
  const every = results.flatMap(({ name, measured }) => measured.map((one) => ({ name, ...one })));
  const descriptions = every.filter(({ description }) => description !== "")
    .map(({ title, description }) => `- ${title}: ${description}`);
  const notes = every.flatMap(({ name, title, note }) => note === undefined ? [] : [`- ${name}, ${title}: ${note}`]);
  return [
    `${before.date}, ${before.processor}, ${before.cores} cores, Deno ${before.deno}, ${before.system}; load ` +
    `${before.load[0]!.toFixed(2)} before, ${environment().load[0]!.toFixed(2)} after.`,
    results.map(({ name, description }) => `- ${name}: ${description}`).join("\n"),
    gpuTimesTable(results),
    gpuRatiosTable(results),
    gpuLossesTable(results),
    ...(results.some(({ profile }) => profile) ? [gpuProfileTable(results)] : []),
    [...new Set(descriptions)].join("\n"),
    ...(notes.length > 0 ? [`Left out or cut short:\n\n${notes.join("\n")}`] : []),
  ].join("\n\n");
}

function wholeNumber(name: "rounds" | "turn" | "losses" | "minutes"): number {
  const value = Number(options[name]);
  if (!Number.isInteger(value) || value < 1) refuse(`--${name} takes a whole number from 1, found ${options[name]}`);
  return value;
}

function refuse(problem: string): never {
  console.error(`Cannot run bench:step on webgpu: ${problem}`);
  Deno.exit(2);
}
