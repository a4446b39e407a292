/**
 * How the time of the default pipeline's training iteration grows with K (steps), N (observations), D (width, the
 * feed-forward layer with it) and the batch (tasks): `deno task bench:scaling [--rounds 5] [--out bench/figures]`.
 * Writes scaling.svg there and prints a Markdown table. Settings are measured in turn, in one process, on one worker
 * with the machine's BLAS if there is one.
 */
import { parseArgs } from "@std/cli/parse-args";
import { lineChart } from "../lib/report/_figure.ts";
import { seriesColor } from "../lib/report/_palette.ts";
import { environment } from "./step/_environment.ts";
import { iterations } from "./step/_iterations.ts";
import { median } from "./step/_measure.ts";
import { openWasm } from "./step/_open_wasm.ts";
import type { Step } from "./step/_serve.ts";
import { markdown } from "./step/_table.ts";

const { rounds, out } = parseArgs(Deno.args, {
  string: ["rounds", "out"],
  default: { rounds: "5", out: "bench/figures" },
});

/** What grows: its values, the default in the middle, and the settings that a value means. */
interface Axis {
  readonly name: string;
  readonly values: readonly number[];
  readonly settings: (value: number) => readonly string[];
}

const axes: readonly Axis[] = [
  { name: "K, refinement steps", values: [1, 2, 5, 10, 20], settings: (k) => [`steps=${k}`] },
  { name: "N, observations", values: [4, 8, 16, 32, 64], settings: (n) => [`observations=${n}`] },
  {
    name: "D, width",
    values: [16, 32, 64, 128, 256],
    settings: (d) => [`model.width=${d}`, `model.feedForward=${2 * d}`],
  },
  { name: "tasks in a batch", values: [8, 16, 32, 64, 128], settings: (tasks) => [`training.tasks=${tasks}`] },
];

interface Measured {
  readonly axis: Axis;
  readonly value: number;
  readonly step: Step;
  /** Median milliseconds of each round. */
  readonly rounds: number[];
}

for (const name of ["OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "OPENBLAS_L2_SIZE"]) Deno.env.delete(name);
const products = await openWasm("auto");
const all: Measured[] = [];
for (const axis of axes) {
  for (const value of axis.values) {
    const step = await iterations({ blas: "auto", workers: 1, set: axis.settings(value) });
    all.push({ axis, value, step, rounds: [] });
  }
}
for (let round = -1; round < Number(rounds); round++) {
  for (const { step, rounds } of all) {
    const milliseconds = await time(step);
    if (round >= 0) rounds.push(milliseconds); // the first one warms up
  }
  console.error(round < 0 ? "warm" : `round ${round + 1} of ${rounds}`);
}

const { date, processor, load } = environment();
console.log(`${date}, ${processor}, load ${load[0]!.toFixed(2)}; 1 worker, products: ${products}\n`);
console.log(table());
await Deno.mkdir(out, { recursive: true });
await Deno.writeTextFile(`${out}/scaling.svg`, figure());

/** Median of at least three iterations, more where they are short. */
async function time(step: Step): Promise<number> {
  const milliseconds: number[] = [];
  const started = performance.now();
  while (milliseconds.length < 3 || performance.now() - started < 300) {
    const before = performance.now();
    await step();
    milliseconds.push(performance.now() - before);
  }
  return median(milliseconds);
}

function of(axis: Axis): Measured[] {
  return all.filter((m) => m.axis === axis);
}

function table(): string {
  const rows = axes.map((axis) => {
    const measured = of(axis);
    const [first, last] = [measured[2]!, measured.at(-1)!];
    const growth = Math.log(median(last.rounds) / median(first.rounds)) / Math.log(last.value / first.value);
    const cells = measured.map(({ value, rounds }) => {
      const [low, high] = [Math.min(...rounds), Math.max(...rounds)];
      return `${value}: ${median(rounds).toFixed(1)} (${low.toFixed(1)}–${high.toFixed(1)})`;
    });
    return [axis.name, ...cells, growth.toFixed(2)];
  });
  return markdown(
    ["value: ms an iteration, median (min–max)", "", "", "default", "", "", "exponent from the default up"],
    rows,
  );
}

function figure(): string {
  const lines = axes.map((axis, i) => ({
    name: axis.name,
    color: seriesColor(i),
    width: 2,
    dots: true,
    points: of(axis).map(({ value, rounds }) => ({ x: Math.log2(value / axis.values[2]!), y: median(rounds) })),
  }));
  const svg = lineChart(lines, {
    x: "doublings from the default (K 5, N 16, D 64, 32 tasks)",
    y: "ms an iteration",
    logarithmic: true,
    ticksX: [-2, -1, 0, 1, 2],
    marginRight: 150,
  });
  return svg.replace(/<svg [^>]*>/, (opening) => `${opening}<rect width="100%" height="100%" fill="white"></rect>`);
}
