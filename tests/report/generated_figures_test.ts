import { assert, assertEquals } from "@std/assert";
import type { Evaluation } from "../../lib/evaluation/mod.ts";
import { renderReport, renderTable } from "../../lib/report/mod.ts";
import { pointRows } from "../../lib/report/_generated_figures.ts";

const truth = [0, 0, 1, 0, 1, 1, 0, 1];
const generated = {
  ...{ distribution: "in", dimension: 2, truth, seen: [0.5, 0.5] },
  steps: [{ step: 1, points: [0.2, 0.2, 50, 0] }],
};

/** Dots of each panel, as pixels from its middle. */
function dotsOf(svg: string): number[][][] {
  return [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="(\d+)"[^>]*\/><path d="([^"]*)"/g)].map(
    ([, x, y, side, path]) =>
      [...path!.matchAll(/M([\d.-]+) ([\d.-]+)h0/g)].map((
        [, dotX, dotY],
      ) => [Number(dotX) - Number(x) - Number(side) / 2, Number(dotY) - Number(y) - Number(side) / 2]),
  );
}

Deno.test("pointRows() draws a dot a point, upwards is up, and leaves out what is far away", () => {
  const [seen, true_, made] = dotsOf(pointRows([generated]));
  assertEquals(seen, [[0, 0]]);
  assertEquals(true_!.length, 4);
  const [left, low] = true_![0]!, [right, high] = true_![2]!;
  assert(left! < 0 && low! > 0 && right! > 0 && high! < 0 && right === -left!);
  assertEquals(made!.length, 1);
});

Deno.test("renderReport() and renderTable() show every metric with its own rows", () => {
  const row = (metric: string, mean: number) => ({
    ...{ distribution: "in", method: "model", kind: "model" as const, metric, trainedSteps: 1, observationsPerStep: 4 },
    ...{ passes: 1, tasks: 9, secondsPerTask: 0.1 },
    steps: [0, 1].map((step) => ({ step, observations: 4 * step, mean: mean + step, standardError: 0.1 })),
  });
  const metric = (name: string) => ({ name, unit: "x", lowerIsBetter: true });
  const evaluation: Evaluation = {
    ...{ schemaVersion: 1, pipeline: "p", seed: 0, metrics: [metric("excess"), metric("W₂")] },
    ...{ results: [row("excess", 3), row("W₂", 70)], generated: [generated] },
  };
  const page = renderReport([{ name: "r", config: {}, sessions: [], metrics: [], evaluation }]);
  assert(page.includes("<h3>W₂</h3>") && page.includes("Generated points") && page.includes("71.0 ± 0.1"));
  const table = renderTable(evaluation);
  assert(table.includes("excess after step") && table.includes("W₂ after step") && table.includes("71.0 ± 0.1"));
});
