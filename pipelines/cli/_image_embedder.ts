import { Effect } from "effect";
import { FileUnreadable } from "../../lib/errors/file_unreadable.ts";
import { ModelNotUsable } from "../../lib/errors/model_not_usable.ts";
import type { SourceImage } from "./_image_source.ts";

/** Embeddings of some images: `[images, size]`, last axis fastest. */
export interface Embedded {
  readonly values: Float32Array;
  readonly size: number;
}

/** A model that embeds images. */
export interface ImageEmbedder {
  readonly embed: (images: readonly SourceImage[]) => Effect.Effect<Embedded, ModelNotUsable | FileUnreadable>;
}

/** Which model, and where it comes from. */
export interface EmbedderRequest {
  /** A folder (its whole path) that holds `config.json`, or a model's name at the host. */
  readonly model: string;
  /** Where models that are fetched are kept; its whole path. */
  readonly cache: string;
  /** Another host to fetch from. */
  readonly host: string | undefined;
  /** Whether to fetch what is not there. */
  readonly fetch: boolean;
}

/** What is used of the library. Its types are not imported: that would install it, 490 MB, with the first command. */
interface Library {
  readonly env: {
    cacheDir: string;
    useBrowserCache: boolean;
    remoteHost: string;
    allowRemoteModels: boolean;
    localModelPath: string;
  };
  readonly AutoModel: { from_pretrained(name: string, options: object): Promise<(inputs: object) => Promise<Outputs>> };
  readonly AutoProcessor: {
    from_pretrained(name: string, options: object): Promise<(images: object[]) => Promise<object>>;
  };
  readonly RawImage: {
    new (pixels: Uint8ClampedArray, width: number, height: number, channels: number): RawImage;
    fromBlob(blob: Blob): Promise<RawImage>;
  };
}
interface RawImage {
  rgb(): RawImage;
}
interface LibraryTensor {
  readonly dims: readonly number[];
  readonly data: unknown;
}
type Outputs = Readonly<Record<string, LibraryTensor | undefined>>;

/**
 * Pinned here and not among the imports of deno.json, which every first command installs: a name that no analysis sees.
 */
const library: string = "npm:@huggingface/transformers@4.3.1";

/** Loads a model of ONNX format with its image processor, at 32-bit floats, on the processor's cores. */
export function openEmbedder(
  { model, cache, host, fetch }: EmbedderRequest,
): Effect.Effect<ImageEmbedder, ModelNotUsable> {
  const failed = (cause: unknown) =>
    new ModelNotUsable({
      model,
      problem: messageOf(cause),
      remedy: "give a folder with config.json, preprocessor_config.json and onnx/model.onnx, or a name such as " +
        "Xenova/dinov2-small",
    });
  return Effect.tryPromise({
    try: async () => {
      const { env, AutoModel, AutoProcessor, RawImage }: Library = await import(library);
      // In files that a person can look at and carry to a machine without a network.
      Object.assign(env, { cacheDir: cache, useBrowserCache: false, localModelPath: `${cache}/` });
      env.allowRemoteModels = fetch;
      if (host !== undefined) env.remoteHost = host.endsWith("/") ? host : `${host}/`;
      const options = { dtype: "fp32", device: "cpu", local_files_only: !fetch };
      const process = await AutoProcessor.from_pretrained(model, options);
      const run = await AutoModel.from_pretrained(model, options);
      return { process, run, RawImage };
    },
    catch: failed,
  }).pipe(Effect.map(({ process, run, RawImage }) => ({
    embed: (images) =>
      Effect.gen(function* () {
        const raw = yield* Effect.forEach(images, (image) => decode(RawImage, image), { concurrency: 8 });
        const outputs = yield* Effect.tryPromise({ try: async () => run(await process(raw)), catch: failed });
        const embedded = firstTokens(outputs, images.length);
        return typeof embedded === "string" ? yield* failed(embedded) : embedded;
      }),
  })));
}

function decode(RawImage: Library["RawImage"], image: SourceImage): Effect.Effect<RawImage, FileUnreadable> {
  if (!("file" in image)) return Effect.succeed(new RawImage(image.pixels, image.width, image.height, 3));
  return Effect.tryPromise({
    try: async () => (await RawImage.fromBlob(new Blob([image.file]))).rgb(),
    catch: (cause) => new FileUnreadable({ path: image.path, cause, remedy: "mend the image, or take it out" }),
  });
}

/** The class token of the last layer, as DINOv2's papers use it; `image_embeds` of models like CLIP. Else what is there. */
function firstTokens(outputs: Outputs, count: number): Embedded | string {
  const tensor = outputs["last_hidden_state"] ?? outputs["image_embeds"];
  const [rows, ...axes] = tensor?.dims ?? [];
  const size = axes.at(-1), tokens = axes.length === 2 ? axes[0] : 1;
  if (!(tensor?.data instanceof Float32Array) || rows !== count || size === undefined || tokens === undefined) {
    return `it answers ${Object.entries(outputs).map(([name, t]) => `${name} [${t?.dims}]`).join(", ")}, and not ` +
      `last_hidden_state [${count}, tokens, d] of 32-bit floats`;
  }
  const values = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    values.set(tensor.data.subarray(i * tokens * size, i * tokens * size + size), i * size);
  }
  return { values, size };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
