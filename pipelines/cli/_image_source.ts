import { Effect } from "effect";
import type { FileNotFound } from "../../lib/errors/file_not_found.ts";
import { FileUnreadable } from "../../lib/errors/file_unreadable.ts";
import { WrongUse } from "../../lib/errors/wrong_use.ts";
import { listFolder, readBytes, sha256Hex } from "../../lib/files/mod.ts";

/** An image to embed: a file's bytes, or pixels `[height, width, 3]`, 0 … 255. */
export type SourceImage =
  | { readonly path: string; readonly file: Uint8Array<ArrayBuffer> }
  | { readonly path: string; readonly pixels: Uint8ClampedArray; readonly width: number; readonly height: number };

/** Labelled images, in an order that is the same each time. */
export interface ImageSource {
  /** The class of each image, from 0. */
  readonly labels: Int32Array;
  /** Names of the classes, where the source tells them. */
  readonly classes?: readonly string[];
  /** Tells this list of images from any other. */
  readonly identity: string;
  /** Reads one image. */
  readonly read: (index: number) => Effect.Effect<SourceImage, FileNotFound | FileUnreadable>;
}

/** Why a source cannot be opened. */
type SourceError = FileNotFound | FileUnreadable | WrongUse;

const isImage = (name: string): boolean => /\.(png|jpe?g|webp)$/i.test(name);

/** Opens what was named: a folder of class folders, or files of CIFAR-10 or CIFAR-100 in their binary version. */
export function openImageSource(sources: readonly string[]): Effect.Effect<ImageSource, SourceError> {
  const [first] = sources;
  if (first !== undefined && sources.every((path) => path.endsWith(".bin"))) return openCifar(sources);
  if (first !== undefined && sources.length === 1) return openClassFolders(first.replace(/[\\/]+$/, ""));
  const problem = first === undefined ? "no images were named" : "several sources that are not all CIFAR's .bin files";
  const remedy = "name one folder of class folders, or the .bin files of one CIFAR";
  return Effect.fail(new WrongUse({ command: "deno task embed", problem, remedy }));
}

/** `FOLDER/CLASS/IMAGE`: classes are numbered by their folders' names in order. */
function openClassFolders(folder: string): Effect.Effect<ImageSource, SourceError> {
  return Effect.gen(function* () {
    const classes: string[] = [], paths: string[] = [], labels: number[] = [];
    for (const name of yield* listFolder(folder)) {
      // What is no folder has no names in it.
      const inside = yield* Effect.catchTag(
        listFolder(`${folder}/${name}`),
        "FileUnreadable",
        () => Effect.succeed([]),
      );
      const images = inside.filter(isImage);
      if (images.length === 0) continue;
      for (const image of images) {
        paths.push(`${name}/${image}`);
        labels.push(classes.length);
      }
      classes.push(name);
    }
    if (paths.length === 0) {
      const problem = `${folder} holds no class folders with images (PNG, JPEG, WebP)`;
      return yield* new WrongUse({ command: "deno task embed", problem, remedy: "lay them out as FOLDER/CLASS/IMAGE" });
    }
    return {
      labels: Int32Array.from(labels),
      classes,
      identity: yield* sha256Hex(new TextEncoder().encode(paths.join("\n"))),
      read: (index) => {
        const path = `${folder}/${paths[index]}`;
        return Effect.map(readBytes(path), (file) => ({ path, file }));
      },
    };
  });
}

const side = 32, plane = side * side;

/**
 * Records of one label (CIFAR-10) or a coarse and a fine one (CIFAR-100, whose fine one counts), then 32 × 32 pixels of
 * red, of green, of blue. Source: Krizhevsky, "Learning multiple layers of features from tiny images", binary version.
 */
function openCifar(paths: readonly string[]): Effect.Effect<ImageSource, SourceError> {
  return Effect.gen(function* () {
    const files = yield* Effect.forEach(paths, readBytes);
    const labelBytes = [1, 2].find((bytes) => files.every(({ length }) => length % (bytes + 3 * plane) === 0));
    const empty = files.findIndex(({ length }) => length === 0);
    if (labelBytes === undefined || empty >= 0) {
      const cause = new Error(`${files[Math.max(empty, 0)]!.length} bytes are no whole number of CIFAR's records`);
      const remedy = "unpack the binary version of CIFAR-10 or CIFAR-100 again, and do not mix them";
      return yield* new FileUnreadable({ path: paths[Math.max(empty, 0)]!, cause, remedy });
    }
    const record = labelBytes + 3 * plane;
    const places = files.flatMap((bytes, file) =>
      Array.from({ length: bytes.length / record }, (_, i) => ({ file, at: i * record }))
    );
    const digests = yield* Effect.forEach(files, sha256Hex);
    return {
      labels: Int32Array.from(places, ({ file, at }) => files[file]![at + labelBytes - 1]!),
      identity: digests.join(" "),
      read: (index) => {
        const { file, at } = places[index]!, bytes = files[file]!, from = at + labelBytes;
        const pixels = new Uint8ClampedArray(3 * plane);
        for (let i = 0; i < plane; i++) {
          for (let colour = 0; colour < 3; colour++) pixels[3 * i + colour] = bytes[from + colour * plane + i]!;
        }
        return Effect.succeed({ path: `${paths[file]}, record ${at / record}`, pixels, width: side, height: side });
      },
    };
  });
}
