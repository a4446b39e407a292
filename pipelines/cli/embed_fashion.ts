import { Effect, Schema } from "effect";
import * as tf from "@tensorflow/tfjs";
import { ensureFolder, openEmbeddingsWriter } from "../../lib/files/mod.ts";
import { classSplit, EmbeddingClassification, type LabelledRows, readImages } from "../../lib/tasks/mod.ts";
import type { Weights } from "../../lib/model/mod.ts";
import { embedPixels, pixels, type SmallNetwork, trainSmallNetwork } from "../small_network.ts";
import { dataFolderOf, defaultDataFolder, openChosenDevice } from "./_open_run.ts";
import { type Arguments, wholeNumber } from "./_options.ts";
import { print, say } from "./_terminal.ts";

const network = { hidden: 256, embedding: 64, batch: 128, learningRate: 2e-3 } as const;
const rowsAtOnce = 1000;

/** Folders of the two sets. */
const sets = ["fashion-embeddings", "mnist-embeddings"] as const;

/**
 * `deno task embed:fashion`: trains a small network on those classes of Fashion-MNIST that embedding tasks train on, and
 * writes what its penultimate layer makes of every image of Fashion-MNIST and MNIST. The classes of validation and
 * evaluation tasks are as new to the network as they are to what is trained on its embeddings.
 */
export default function embedFashionCommand(args: Arguments) {
  return Effect.scoped(Effect.gen(function* () {
    const from = yield* dataFolderOf(args), out = args.value("out") ?? from ?? defaultDataFolder;
    const epochs = yield* wholeNumber("embed:fashion", "epochs", args.value("epochs") ?? "6", 1);
    const fashion = yield* readImages(from, "fashion-mnist"), mnist = yield* readImages(from, "mnist");
    for (const name of sets) yield* ensureFolder(`${out}/${name}`); // before minutes of training, not after
    yield* openChosenDevice(args);
    const c: SmallNetwork = { ...network, epochs };
    const { training } = classSplit([...Array(10).keys()], Schema.decodeSync(EmbeddingClassification)({}));
    yield* say(`training a network on the classes ${training.join(", ")} of fashion-mnist`);
    const weights = yield* trainSmallNetwork(
      fashion.train,
      training,
      c,
      ({ epoch, loss }) => say(`epoch ${epoch} of ${epochs}: cross-entropy ${loss.toFixed(3)}`),
    );
    const written: string[] = [];
    for (
      const [name, { train, test }] of [[sets[0], fashion], [sets[1], mnist]] as const
    ) {
      for (const [file, rows] of Object.entries({ train, validation: test })) {
        const path = `${out}/${name}/${file}.safetensors`;
        yield* writeEmbedded(path, weights, rows, { network: JSON.stringify(c) });
        yield* say(`${path}: ${rows.count} embeddings of ${network.embedding} numbers`);
        written.push(path);
      }
    }
    tf.dispose(weights as tf.NamedTensorMap);
    if (args.flag("json")) yield* print(JSON.stringify(written));
  }));
}

function writeEmbedded(path: string, weights: Weights, rows: LabelledRows, metadata: Readonly<Record<string, string>>) {
  return Effect.scoped(Effect.gen(function* () {
    yield* ensureFolder(path.slice(0, path.lastIndexOf("/")));
    const plan = { path, size: network.embedding, labels: Int32Array.from(rows.labels), metadata };
    const { done, append, commit } = yield* openEmbeddingsWriter(plan);
    for (let row = done; row < rows.count; row += rowsAtOnce) {
      const part = Int32Array.from({ length: Math.min(rowsAtOnce, rows.count - row) }, (_, i) => row + i);
      const embedded = tf.tidy(() => embedPixels(weights, pixels(rows, part)));
      const values = yield* Effect.promise(() => embedded.data());
      embedded.dispose();
      yield* append(values as Float32Array);
    }
    yield* commit;
  }));
}
