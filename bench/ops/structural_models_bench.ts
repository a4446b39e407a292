import { keyFor, purpose } from "../../lib/random/mod.ts";
import { drawModels, inDistribution, sampleColumns, standardisedRows } from "../../lib/tasks/mod.ts";

const models = 64, nodes = 20, samples = 200;

/** Draws structural causal models and standardised samples of each; linear ones in at most 150 ms on one core. */
for (const [mechanism, name] of [["linear", "linear"], ["fourier", "random functions"]] as const) {
  const settings = { nodes: [nodes], edgesPerNode: [1, 3], mechanisms: [mechanism] } as const;
  const rows = new Float32Array(samples * nodes);
  let iteration = 0;
  Deno.bench({
    name,
    group: `${models} structural causal models, ${nodes} nodes, ${samples} samples`,
    baseline: mechanism === "linear",
    n: 20,
    warmup: 5,
  }, () => {
    const key = keyFor(0, "training", iteration++);
    drawModels(settings, inDistribution, key, { first: 0, count: models }).forEach((model, i) =>
      standardisedRows(sampleColumns(model, purpose(key, `noise ${i}`), samples), nodes, rows)
    );
  });
}
