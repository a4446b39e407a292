/** An IDX file: magic number, sizes, bytes. */
export function idx(magic: number, sizes: readonly number[], elements: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * sizes.length + elements.length);
  const view = new DataView(bytes.buffer);
  [magic, ...sizes].forEach((word, at) => view.setUint32(4 * at, word));
  bytes.set(elements, 4 + 4 * sizes.length);
  return bytes;
}

/** Writes `FOLDER/NAME/`: images of 2 × 2 pixels whose first pixel tells their number, labels 0 … 9 in turn. */
export async function writeImages(folder: string, name: string, counts = { train: 40, test: 20 }): Promise<void> {
  await Deno.mkdir(`${folder}/${name}`, { recursive: true });
  for (const [split, file] of [["train", "train"], ["test", "t10k"]] as const) {
    const count = counts[split];
    const pixels = Array.from(
      { length: 4 * count },
      (_, i) => i % 4 === 0 ? i / 4 + 100 * Number(split === "test") : i,
    );
    const labels = Array.from({ length: count }, (_, i) => i % 10);
    await Deno.writeFile(`${folder}/${name}/${file}-images-idx3-ubyte`, idx(2051, [count, 2, 2], pixels));
    await Deno.writeFile(`${folder}/${name}/${file}-labels-idx1-ubyte`, idx(2049, [count], labels));
  }
}
