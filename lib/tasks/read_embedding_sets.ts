import { Effect } from "effect";
import { DataMissing } from "../errors/data_missing.ts";
import { EmbeddingsInvalid } from "../errors/embeddings_invalid.ts";
import { type Embeddings, exists, readEmbeddings } from "../files/mod.ts";
import { presentClasses } from "./_class_rows.ts";
import type { EmbeddingClassification } from "./embedding_settings.ts";
import type { LabelledData, LabelledRows, TaskData } from "./labelled_data.ts";
import type { DataError } from "./read_images.ts";

/**
 * Reads the data sets that tasks of embeddings are drawn from: `FOLDER/NAME/train.safetensors` and
 * `validation.safetensors` each. Fails with {@linkcode DataMissing} where one is not there, and with
 * {@linkcode EmbeddingsInvalid} where it is no such file, has other sizes than the settings say, or too few classes.
 */
export function readEmbeddingSets(
  c: EmbeddingClassification,
  folder: string | undefined,
): Effect.Effect<TaskData, DataError> {
  return Effect.gen(function* () {
    const sets: Record<string, LabelledData> = {};
    for (const name of [c.trained, ...c.elsewhere]) {
      const heldOut = name === c.trained ? c.validationClasses + c.evaluationClasses : 0;
      sets[name] = yield* readSet({ folder, name, dimension: c.dimension, classes: heldOut + c.fewestClasses });
    }
    return sets;
  });
}

interface SetRequest {
  readonly folder: string | undefined;
  readonly name: string;
  readonly dimension: number;
  /** How many classes it must have. */
  readonly classes: number;
}

function readSet({ folder, name, dimension, classes }: SetRequest): Effect.Effect<LabelledData, DataError> {
  return Effect.gen(function* () {
    const read = (file: string) =>
      Effect.gen(function* () {
        const path = `${folder}/${name}/${file}`;
        if (folder === undefined || !(yield* exists(path))) {
          const remedy = /^(fashion|mnist)-embeddings$/.test(name)
            ? "make it with: deno task embed:fashion"
            : `make it with: deno task embed IMAGES --model NAME --out ${path}`;
          const missing = folder === undefined ? undefined : `${name}/${file}`;
          return yield* new DataMissing({ name, folder, file: missing, remedy });
        }
        const embeddings = yield* readEmbeddings(path);
        if (embeddings.size === dimension) return { ...embeddings, path };
        return yield* new EmbeddingsInvalid({
          path,
          expected: `embeddings of ${dimension} numbers (task.dimension)`,
          found: `${embeddings.size}`,
          remedy: `for another model's embeddings, --set task.dimension=${embeddings.size}`,
        });
      });
    const train = yield* read("train.safetensors"), test = yield* read("validation.safetensors");
    const names = (of: Embeddings) => JSON.stringify(of.classes ?? null);
    if (train.classes !== undefined && test.classes !== undefined && names(train) !== names(test)) {
      return yield* new EmbeddingsInvalid({
        path: test.path,
        expected: `the classes of train.safetensors, ${shortened(names(train))}`,
        found: shortened(names(test)),
        remedy: "embed folders that have the same classes",
      });
    }
    const data = { train: rowsOf(train), test: rowsOf(test) };
    const found = presentClasses(data).length;
    if (found >= classes) return data;
    return yield* new EmbeddingsInvalid({
      path: test.path,
      expected: `at least ${classes} classes with rows in both files`,
      found: `${found}`,
      remedy: "lower task.validationClasses, task.evaluationClasses or task.fewestClasses, or use a larger data set",
    });
  });
}

function rowsOf({ count, size, values, labels }: Embeddings): LabelledRows {
  return { count, size, values, labels };
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)} …` : text;
}
