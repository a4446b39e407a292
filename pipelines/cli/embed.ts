import { Effect } from "effect";
import { WrongUse } from "../../lib/errors/wrong_use.ts";
import { ensureFolder, exists, openEmbeddingsWriter } from "../../lib/files/mod.ts";
import { checkEmbedPermissions, modelHost } from "./_embed_permissions.ts";
import { openEmbedder } from "./_image_embedder.ts";
import { openImageSource } from "./_image_source.ts";
import { type Arguments, wholeNumber } from "./_options.ts";
import { resolve } from "./_paths.ts";
import { duration, print, progress, say } from "./_terminal.ts";

/** Where models that were fetched are kept unless told otherwise. */
const defaultModels = "data/models";

/**
 * `deno task embed`: images to embeddings, by a model of ONNX format. What is done is on the disk after every batch; the
 * same command goes on from there, and the file gets its name when it is whole.
 */
export default function embedCommand(args: Arguments) {
  return Effect.scoped(Effect.gen(function* () {
    const needed = (name: string) =>
      args.value(name) ?? new WrongUse({
        command: "deno task embed",
        problem: `--${name} is missing`,
        remedy: "deno task embed FOLDER --model Xenova/dinov2-small --out data/NAME/train.safetensors",
      });
    const model = needed("model"), out = needed("out");
    if (model instanceof WrongUse) return yield* model;
    if (out instanceof WrongUse) return yield* out;
    const atOnce = yield* wholeNumber("embed", "batch", args.value("batch") ?? "32", 1);
    const cache = args.value("models") ?? defaultModels;
    const isFolder = yield* exists(`${model}/config.json`);
    const isHere = isFolder || (yield* exists(`${cache}/${model}/onnx/model.onnx`));
    const folder = out.includes("/") ? out.slice(0, out.lastIndexOf("/")) : ".";
    yield* checkEmbedPermissions({
      write: isHere ? [folder] : [folder, cache],
      host: isHere ? undefined : args.value("from") ?? modelHost,
    });

    const source = yield* openImageSource(args.positional), count = source.labels.length;
    yield* say(`${count} images; loading ${model}${isHere ? "" : ", fetched once"}`);
    const embedder = yield* openEmbedder({
      model: isFolder ? resolve(model) : model,
      cache: resolve(cache),
      host: args.value("from"),
      fetch: !isHere,
    });
    const { size } = yield* embedder.embed([yield* source.read(0)]); // tells how long a row is
    yield* ensureFolder(folder);
    const { done, whole, append, commit } = yield* openEmbeddingsWriter({
      path: out,
      size,
      labels: source.labels,
      metadata: {
        model,
        source: source.identity,
        ...(source.classes === undefined ? {} : { classes: JSON.stringify(source.classes) }),
      },
    });
    if (done > 0 && !whole) yield* say(`going on after ${done} of them`);
    const bar = progress(count, done), start = performance.now();
    let row = done;
    const rest = Effect.gen(function* () {
      while (row < count) {
        const rows = Array.from({ length: Math.min(atOnce, count - row) }, (_, i) => row + i);
        const images = yield* Effect.forEach(rows, source.read, { concurrency: 8 });
        yield* append((yield* embedder.embed(images)).values);
        row += rows.length;
        const rate = (row - done) / ((performance.now() - start) / 1000);
        yield* bar.update(row, `${rate.toPrecision(3)} images/s, ${duration((count - row) / rate)} left`);
      }
    });
    yield* rest.pipe(
      Effect.onInterrupt(() => say(`stopped after ${row} of ${count}: the same command goes on from there`)),
      Effect.onExit(() => bar.stop),
    );
    yield* commit;
    if (args.flag("json")) return yield* print(JSON.stringify({ path: out, count, size, model }));
    yield* print(`${out}: ${count} embeddings of ${size} numbers${whole ? ", there already" : ""}`);
  }));
}
