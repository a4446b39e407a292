import { Effect } from "effect";
import { DataMissing } from "../errors/data_missing.ts";
import { IdxInvalid } from "../errors/idx_invalid.ts";
import { type EmbeddingsError, exists, type IdxError, readIdxImages, readIdxLabels } from "../files/mod.ts";
import type { LabelledData, LabelledRows } from "./labelled_data.ts";

/** Why the data that tasks are drawn from cannot be read. */
export type DataError = DataMissing | IdxError | EmbeddingsError;

/** Names of the four files, each plain or with `.gz`, as MNIST and Fashion-MNIST come. */
const files = {
  train: { images: "train-images-idx3-ubyte", labels: "train-labels-idx1-ubyte" },
  test: { images: "t10k-images-idx3-ubyte", labels: "t10k-labels-idx1-ubyte" },
} as const;

/** Classes of a data set; a label from here on is a mistake in the file. */
const classes = 10;

/**
 * Reads `FOLDER/NAME/`, a data set as four IDX files, gzipped or not. Fails with {@linkcode DataMissing} where one is not
 * there, and with `IdxInvalid` where it is truncated, of another kind, or does not fit the others.
 */
export function readImages(folder: string | undefined, name: string): Effect.Effect<LabelledData, DataError> {
  return Effect.gen(function* () {
    const path = (file: string) =>
      Effect.gen(function* () {
        if (folder === undefined) return yield* new DataMissing({ name, folder, file: undefined });
        for (const candidate of [`${folder}/${name}/${file}.gz`, `${folder}/${name}/${file}`]) {
          if (yield* exists(candidate)) return candidate;
        }
        return yield* new DataMissing({ name, folder, file: `${name}/${file}.gz` });
      });
    const rows = (of: typeof files.train | typeof files.test) =>
      Effect.gen(function* () {
        const [imagesPath, labelsPath] = [yield* path(of.images), yield* path(of.labels)];
        const images = yield* readIdxImages(imagesPath);
        const { count, labels } = yield* readIdxLabels(labelsPath);
        const remedy = "download both files again";
        if (images.count !== count || count === 0) {
          const expected = images.count === 0 ? "at least one image" : `${images.count} labels, one per image`;
          return yield* new IdxInvalid({ path: labelsPath, expected, found: `${count}`, remedy });
        }
        const wrong = labels.find((label) => label >= classes);
        if (wrong !== undefined) {
          const expected = `labels from 0 to ${classes - 1}`;
          return yield* new IdxInvalid({ path: labelsPath, expected, found: `${wrong}`, remedy });
        }
        const all: LabelledRows = { count, size: images.rows * images.columns, values: images.pixels, labels };
        return all;
      });
    const train = yield* rows(files.train), test = yield* rows(files.test);
    if (train.size === test.size) return { train, test };
    return yield* new IdxInvalid({
      path: yield* path(files.test.images),
      expected: `images of ${train.size} pixels, like the training images`,
      found: `${test.size}`,
      remedy: "use the files of one data set",
    });
  });
}
