import { assert, assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Effect, Schema } from "effect";
import { DataMissing, EmbeddingsInvalid, WrongUse } from "../../lib/errors/mod.ts";
import { encodeSafetensors } from "../../lib/files/mod.ts";
import { keyFor } from "../../lib/random/mod.ts";
import {
  classSplit,
  EmbeddingClassification,
  embeddingClassification,
  type EmbeddingRole,
  type EmbeddingTask,
  type LabelledData,
  type LabelledRows,
  readEmbeddingSets,
} from "../../lib/tasks/mod.ts";
import { failureOf, inFolder } from "../files/_folder.ts";

const classes = 12, perClass = 20;
/** Rows whose first two numbers tell their class and their own number, in which file they are by the sign. */
function rows(sign: number): LabelledRows {
  const count = classes * perClass;
  const values = Float32Array.from({ length: 3 * count }, (_, i) => {
    const row = Math.floor(i / 3);
    return [row % classes, sign * (1 + row), 1][i % 3]!;
  });
  return { count, size: 3, values, labels: Int32Array.from({ length: count }, (_, row) => row % classes) };
}
const data: LabelledData = { train: rows(1), test: rows(-1) };
const settings = Schema.decodeSync(EmbeddingClassification)({
  dimension: 3,
  labels: 3,
  fewestClasses: 2,
  mostClasses: 5,
  validationClasses: 3,
  evaluationClasses: 4,
});
const key = keyFor(1, "any", 0), range = { first: 0, count: 40 };

interface Seen {
  readonly task: number;
  readonly ofClass: number;
  /** Number of the row, negative in the validation file. */
  readonly row: number;
  readonly label: number;
}

/** What each observation shows, the centring undone. */
function seen(role: "context" | "query", split: string, as: EmbeddingRole = "trained", c = settings): Seen[] {
  const family = embeddingClassification("numbers", as, c, data);
  const drawn = family.drawTasks(key, range) as EmbeddingTask;
  const { x, y } = family.observe(drawn, { key, range, count: 30, role, split });
  const [values, labels] = [x.dataSync(), y.argMax(-1).dataSync()];
  assertEquals([...y.sum(-1).dataSync()], Array(1200).fill(1));
  tf.dispose([x, y]);
  const { mean, scale } = statistics(as);
  return Array.from(labels, (label, i) => {
    const [ofClass, row] = [0, 1].map((j) => Math.round(values[3 * i + j]! / scale + mean[j]!));
    return { task: Math.floor(i / 30), ofClass: ofClass!, row: row!, label };
  });
}

function statistics(as: EmbeddingRole): { mean: number[]; scale: number } {
  const chosen = as === "trained"
    ? classSplit([...Array(classes).keys()], settings).training
    : [...Array(classes).keys()];
  const own = Array.from({ length: data.train.count }, (_, row) => row).filter((row) => chosen.includes(row % classes));
  const columns = [0, 1, 2].map((j) => own.map((row) => data.train.values[3 * row + j]!));
  const mean = columns.map((column) => column.reduce((a, b) => a + b) / own.length);
  const squares = columns.map((column, j) => column.reduce((a, b) => a + (b - mean[j]!) ** 2, 0) / own.length);
  return { mean, scale: Math.sqrt(3 / squares.reduce((a, b) => a + b)) };
}

const setOf = (observations: readonly Seen[], field: keyof Seen) => new Set(observations.map((o) => o[field]));

Deno.test("embeddingClassification() keeps classes, and so images, of training, validation and evaluation apart", async () => {
  await tf.setBackend("cpu");
  const of = (split: string) => setOf([...seen("context", split), ...seen("query", split)], "ofClass");
  const [training, validation, evaluation] = [of("training"), of("validation"), of("evaluation")];
  assertEquals([training.size, validation.size, evaluation.size], [5, 3, 4]);
  assertEquals(new Set([...training, ...validation, ...evaluation]).size, classes);
});

Deno.test("embeddingClassification() takes contexts from the training file and queries from the validation file", async () => {
  await tf.setBackend("cpu");
  for (const split of ["training", "validation", "evaluation"]) {
    assert(seen("context", split).every(({ row }) => row > 0));
    assert(seen("query", split).every(({ row }) => row < 0));
  }
});

Deno.test("embeddingClassification() takes all classes elsewhere, and shares queries out between choosing and evaluating", async () => {
  await tf.setBackend("cpu");
  const [choosing, evaluating] = [seen("query", "validation", "elsewhere"), seen("query", "evaluation", "elsewhere")];
  assertEquals(setOf(evaluating, "ofClass").size, classes);
  assertEquals(setOf(choosing, "row").intersection(setOf(evaluating, "row")).size, 0);
});

Deno.test("embeddingClassification() groups a task's classes into at most C labels, sizes differing by one", async () => {
  await tf.setBackend("cpu");
  const all = [...seen("context", "training"), ...seen("query", "training")];
  const sizes = new Set<number>();
  for (let task = 0; task < range.count; task++) {
    const own = all.filter((o) => o.task === task);
    const labelOf = new Map<number, number>();
    for (const { ofClass, label } of own) {
      assertEquals(labelOf.get(ofClass) ?? label, (labelOf.set(ofClass, label), label));
    }
    const groups = Map.groupBy(labelOf, ([, label]) => label).values().map((group) => group.length).toArray();
    assert(groups.length === Math.min(labelOf.size, settings.labels));
    assert(Math.max(...groups) - Math.min(...groups) <= 1);
    sizes.add(labelOf.size);
  }
  assertEquals(sizes, new Set([2, 3, 4, 5]));
});

Deno.test("embeddingClassification() draws a range alone as the same rows of a larger draw", async () => {
  await tf.setBackend("cpu");
  const family = embeddingClassification("numbers", "trained", { ...settings, axes: "shuffled" }, data);
  const read = (first: number, count: number): number[][] => {
    const range = { first, count }, drawn = family.drawTasks(key, range) as EmbeddingTask;
    const { x, y } = family.observe(drawn, { key, range, count: 5, role: "query", split: "training" });
    const result = [...Object.values(drawn), x.dataSync(), y.dataSync()].map((values) => [...values]);
    tf.dispose([x, y]);
    return result;
  };
  const whole = read(0, 4), part = read(2, 2);
  whole.forEach((values, i) => assertEquals(values.slice(values.length / 2), part[i]));
});

Deno.test("embeddingClassification() with shuffled axes leaves inner products as they are", async () => {
  await tf.setBackend("cpu");
  const products = (axes: EmbeddingClassification["axes"]) =>
    tf.tidy(() => {
      const family = embeddingClassification("numbers", "trained", { ...settings, axes }, data);
      const drawn = family.drawTasks(key, range) as EmbeddingTask;
      const { x } = family.observe(drawn, { key, range, count: 6, role: "context", split: "training" });
      return [x.dataSync(), x.matMul(x, false, true).dataSync()] as const;
    });
  const [plain, inner] = products("as-they-are"), [shuffled, same] = products("shuffled");
  same.forEach((value, i) => assert(Math.abs(value - inner[i]!) < 1e-4));
  assert(shuffled.some((value, i) => value !== plain[i]));
});

Deno.test("embeddingClassification() without data knows its sizes and draws nothing", () => {
  const described = embeddingClassification("numbers", "trained", settings, undefined);
  assertEquals([described.features, described.outputs], [3, 3]);
  assertThrows(() => described.drawTasks(key, range), WrongUse);
});

async function writeSet(folder: string, name: string, { size = 3, names = true, classes: most = classes } = {}) {
  await Deno.mkdir(`${folder}/${name}`, { recursive: true });
  const count = 24, values = Float32Array.from({ length: count * size }, (_, i) => i);
  for (const file of ["train", "validation"]) {
    const labels = Int32Array.from({ length: count }, (_, i) => i % most);
    const list = JSON.stringify(Array.from({ length: most }, (_, i) => names ? `c${i}` : `${file}${i}`));
    const bytes = encodeSafetensors({
      embeddings: { dtype: "F32", shape: [count, size], data: values },
      labels: { dtype: "I32", shape: [count], data: labels },
    }, { classes: list });
    await Deno.writeFile(`${folder}/${name}/${file}.safetensors`, bytes);
  }
}

Deno.test("readEmbeddingSets() reads the trained set and the others, and says how to get one that is missing", () =>
  inFolder(async (folder) => {
    const c = { ...settings, trained: "a-embeddings", elsewhere: ["b-embeddings"] };
    await writeSet(folder, "a-embeddings");
    const missing = await failureOf(readEmbeddingSets(c, folder));
    assertInstanceOf(missing, DataMissing);
    assertStringIncludes(missing.message, "there is no b-embeddings/train.safetensors");
    assertStringIncludes(missing.message, "deno task embed IMAGES --model NAME");
    await writeSet(folder, "b-embeddings");
    const sets = await Effect.runPromise(readEmbeddingSets(c, folder));
    assertEquals(Object.keys(sets), ["a-embeddings", "b-embeddings"]);
    assertEquals(sets["a-embeddings"]!.train.count, 24);
  }));

Deno.test("readEmbeddingSets() refuses other sizes, other classes and too few of them", () =>
  inFolder(async (folder) => {
    const c = { ...settings, trained: "a", elsewhere: [] };
    const refused = async (change: Parameters<typeof writeSet>[2]): Promise<string> => {
      await writeSet(folder, "a", change);
      const failure = await failureOf(readEmbeddingSets(c, folder));
      assertInstanceOf(failure, EmbeddingsInvalid);
      return failure.message;
    };
    assertStringIncludes(await refused({ size: 4 }), "--set task.dimension=4");
    assertStringIncludes(await refused({ names: false }), "expected the classes of train.safetensors");
    assertStringIncludes(await refused({ classes: 8 }), "expected at least 9 classes with rows in both files, found 8");
  }));
