import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type { EvaluatedMethod, Evaluation } from "../../lib/evaluation/mod.ts";
import { errorPerStepFigure, headline, renderReport, renderTable } from "../../lib/report/mod.ts";
import { endLabels } from "../../lib/report/_end_labels.ts";
import { lineChart } from "../../lib/report/_figure.ts";
import { differencesTable } from "../../lib/report/_tables.ts";

function method(name: string, kind: EvaluatedMethod["kind"], means: readonly number[]): EvaluatedMethod {
  return {
    ...{ distribution: "in", method: name, kind, metric: "misclassified", trainedSteps: 2, observationsPerStep: 64 },
    ...{ passes: 1, tasks: 60, secondsPerTask: 0.01 },
    steps: means.map((mean, step) => ({ step, observations: 64 * step, mean, standardError: 0.5 })),
  };
}

const images: Evaluation = {
  schemaVersion: 1,
  pipeline: "mnist",
  seed: 0,
  metrics: [{ name: "misclassified", unit: "%", lowerIsBetter: true }],
  results: [method("model", "model", [90, 34.2, 28.2]), method("ridge", "baseline", [90, 36.8, 30.8])],
};

Deno.test("headline() names ridge where no exact posterior is known, in percent", () => {
  assertEquals(
    headline(images),
    "After 2 refinements the model's misclassified is 28.2 ± 0.5 %; ridge regression on the same observations gets 30.8 %.",
  );
});

Deno.test("renderTable() keeps columns apart under wide characters, and shows a dash where a method diverged", () => {
  const wide = method("岭回归", "baseline", [90, 36.8]);
  const lines = renderTable({ ...images, results: [...images.results, wide] }).split("\n");
  const row = lines.find((line) => line.startsWith("岭回归"))!, model = lines.find((line) => line.startsWith("model"))!;
  assertEquals(row.indexOf("90.0") + 3, model.indexOf("90.0")); // three characters fill six columns
  assertStringIncludes(row, "–");
});

Deno.test("endLabels() keeps names a line apart and inside the frame, in the order of their lines", () => {
  const frame = { top: 20, bottom: 320 };
  fc.assert(fc.property(
    fc.array(fc.double({ min: 20, max: 320, noNaN: true }), { minLength: 1, maxLength: 20 }),
    (ends) => {
      const svg = endLabels(ends.map((y, i) => ({ text: `${i}`, color: "#000", strong: false, x: 0, y })), frame);
      const shown = [...svg.matchAll(/<text x="19.0" y="([\d.]+)".*?>(\d+)</g)].map(([, y, i]) => ({ y: +y!, i: +i! }));
      assertEquals(shown.length, ends.length);
      for (const [at, { y, i }] of shown.entries()) {
        assert(y >= frame.top - 0.1 && y <= frame.bottom + 0.1);
        const before = shown[at - 1];
        if (before !== undefined) assert(y - before.y >= 14.8 && ends[before.i]! <= ends[i]!);
      }
    },
  ));
});

Deno.test("lineChart() escapes names and leaves out what a logarithmic axis or the frame cannot show", () => {
  const points = [1, 0, NaN, Infinity, 1e9, 2].map((y, x) => ({ x, y }));
  const line = { name: "<i>&", points, color: "#000", dots: true };
  const svg = lineChart([line], { x: "x", y: "y", logarithmic: true, within: [0, 10] });
  assertStringIncludes(svg, "&lt;i&gt;&amp;");
  assertEquals(svg.match(/<circle/g)?.length, 2);
  assert(!/NaN|Infinity/.test(svg));
});

Deno.test("errorPerStepFigure() is a file of its own", () => {
  assert(/^<svg[^>]* xmlns="http:\/\/www.w3.org\/2000\/svg"/.test(errorPerStepFigure(images)));
});

Deno.test("renderReport() draws runs of different metrics in figures of their own, and says in what they differ", () => {
  const config = { pipeline: "p", config: { regime: "implicit", steps: 2 } };
  const one = { name: "one", config, sessions: [], metrics: [], evaluation: images };
  const error = { ...images, results: images.results.map((r) => ({ ...r, metric: "mean squared error" })) };
  const two = {
    ...one,
    name: "two",
    config: { ...config, config: { regime: "explicit", steps: 2 } },
    evaluation: error,
  };
  const page = renderReport([one, two]);
  assertEquals(page.match(/<figure>/g)?.length, 2);
  const differences = differencesTable([one, two]);
  assertStringIncludes(differences, "config.regime");
  assert(!differences.includes("config.steps"));
});
