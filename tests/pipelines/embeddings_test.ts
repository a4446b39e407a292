import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import { encodeSafetensors } from "../../lib/files/mod.ts";
import { keyFor, normals, purpose } from "../../lib/random/mod.ts";
import { decodeConfig } from "../../lib/training/mod.ts";
import embeddings from "../../pipelines/embeddings.ts";
import { inFolder } from "../files/_folder.ts";
import { cli } from "../cli/_cli.ts";

/** Ten classes around corners of their own, 20 rows each in either file. */
async function writeSet(folder: string, name: string): Promise<void> {
  await Deno.mkdir(`${folder}/${name}`, { recursive: true });
  for (const file of ["train", "validation"]) {
    const data = normals(purpose(keyFor(1, name, 0), file), 200 * 8), labels = new Int32Array(200);
    for (let row = 0; row < 200; row++) {
      labels[row] = row % 10;
      for (let bit = 0; bit < 4; bit++) data[8 * row + bit]! += 6 * (labels[row]! >> bit & 1);
    }
    const bytes = encodeSafetensors({
      embeddings: { dtype: "F32", shape: [200, 8], data },
      labels: { dtype: "I32", shape: [200], data: labels },
    }, {});
    await Deno.writeFile(`${folder}/${name}/${file}.safetensors`, bytes);
  }
}

const small = [
  ...["training.iterations=3", "training.tasks=2", "training.queries=4", "training.validationTasks=2"],
  ...["evaluation.tasks=4", "evaluation.queries=6", "evaluation.steps=3", "model.width=8", "model.feedForward=8"],
  ...["task.dimension=8", "steps=2", "observations=5"],
].flatMap((setting) => ["--set", setting]);

/** Settings of the three signals of the paper's table, and of the implicit regime. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  "implicit": ["--preset", "quick"],
  "parametric, gradients": [
    ...["--preset", "quick-parametric", "--set", "signal.data=false", "--set", "signal.residual=false"],
    ...["--set", "signal.gradient=per-observation"],
  ],
};

Deno.test("train embeddings trains on one set and evaluates on its held-out classes and on another set", () =>
  inFolder(async (folder) => {
    await writeSet(folder, "fashion-embeddings");
    for (const [kind, settings] of Object.entries(kinds)) {
      const run = `${folder}/${kind}`;
      const args = ["train", "embeddings", "--data", folder, "--run", run, "--device", "cpu", "--workers", "1"];
      if (kind === "implicit") {
        const missing = await cli([...args, ...small, ...settings], folder);
        assertEquals(missing.code, 1, missing.stderr);
        assertStringIncludes(missing.stderr, "deno task embed:fashion");
        await writeSet(folder, "mnist-embeddings");
      }
      const { code, stderr } = await cli([...args, ...small, ...settings], folder);
      assertEquals(code, 0, `${kind}: ${stderr}`);
      const { results } = JSON.parse(await Deno.readTextFile(`${run}/evaluation.json`));
      const of = (distribution: string) =>
        results.filter((r: { distribution: string }) => r.distribution === distribution)
          .map((r: { method: string }) => r.method);
      const [trained, ...other] = [...new Set<string>(results.map((r: { distribution: string }) => r.distribution))];
      assertEquals(other, ["mnist-embeddings"]);
      for (const distribution of [trained!, "mnist-embeddings"]) {
        assert(["ridge", "logistic"].every((method) => of(distribution).includes(method)), of(distribution));
      }
    }
  }));

Deno.test("embeddings decodes each of its presets, and the paper's three signals", () => {
  const decoded = Object.values(embeddings.presets).map((preset) =>
    Effect.runSync(decodeConfig(embeddings as never, preset))
  );
  assertEquals(decoded.length, 6);
  const parametric = embeddings.presets["quick-parametric"]!;
  for (const signal of ["data", "both", { data: false, residual: false, gradient: "per-observation" }]) {
    Effect.runSync(decodeConfig(embeddings as never, { ...parametric, signal }));
  }
});
