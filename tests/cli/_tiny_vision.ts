/** A model in ONNX format of a few hundred bytes, written here: its embedding is the mean colour of a corner. */

function varint(value: number): number[] {
  const out: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) out.push(value & 127 | 128);
  return [...out, value];
}

/** Fields of protocol buffers: a whole number; bytes; text. */
const int = (field: number, value: number): number[] => [...varint(8 * field), ...varint(value)];
const part = (field: number, bytes: ArrayLike<number>): number[] => [
  ...varint(8 * field + 2),
  ...varint(bytes.length),
  ...Array.from(bytes),
];
const text = (field: number, value: string): number[] => part(field, new TextEncoder().encode(value));

const float = 1, int64 = 7, listOfInts = 7;

function tensor(name: string, dims: readonly number[], type: number, data: Float32Array | BigInt64Array): number[] {
  return [
    ...dims.flatMap((n) => int(1, n)),
    ...int(2, type),
    ...text(8, name),
    ...part(9, new Uint8Array(data.buffer)),
  ];
}

function ints(name: string, values: readonly number[]): number[] {
  return part(5, [...text(1, name), ...values.flatMap((n) => int(8, n)), ...int(20, listOfInts)]);
}

function node(op: string, inputs: readonly string[], output: string, ...attributes: number[][]): number[] {
  return part(1, [
    ...inputs.flatMap((name) => text(1, name)),
    ...text(2, output),
    ...text(4, op),
    ...attributes.flat(),
  ]);
}

function value(field: number, name: string, dims: readonly (number | string)[]): number[] {
  const shape = dims.flatMap((n) => part(1, typeof n === "number" ? int(1, n) : text(2, n)));
  return part(field, [...text(1, name), ...part(2, part(1, [...int(1, float), ...part(2, shape)]))]);
}

/** Patches of 4 × 4 pixels are tokens, and their mean red, green and blue what they hold: `[batch, tokens, 3]`. */
function model(): Uint8Array {
  const kernel = new Float32Array(3 * 3 * 16);
  for (let colour = 0; colour < 3; colour++) {
    kernel.fill(1 / 16, (3 * colour + colour) * 16, (3 * colour + colour + 1) * 16);
  }
  const graph = [
    ...node("Conv", ["pixel_values", "kernel"], "patches", ints("kernel_shape", [4, 4]), ints("strides", [4, 4])),
    ...node("Reshape", ["patches", "shape"], "rows"),
    ...node("Transpose", ["rows"], "last_hidden_state", ints("perm", [0, 2, 1])),
    ...text(2, "tiny"),
    ...part(5, tensor("kernel", [3, 3, 4, 4], float, kernel)),
    ...part(5, tensor("shape", [3], int64, BigInt64Array.of(0n, 3n, -1n))),
    ...value(11, "pixel_values", ["batch", 3, "height", "width"]),
    ...value(12, "last_hidden_state", ["batch", "tokens", 3]),
  ];
  return Uint8Array.from([...int(1, 8), ...part(7, graph), ...part(8, [...text(1, ""), ...int(2, 13)])]);
}

/** What the model makes of an image that is of one colour at its upper left: (colour / 255 − mean) / deviation. */
export function expectedEmbedding(colour: readonly [number, number, number]): number[] {
  return colour.map((c, i) => (c / 255 - mean[i]!) / deviation[i]!);
}

const mean = [0.485, 0.456, 0.406], deviation = [0.229, 0.224, 0.225]; // ImageNet's

/** Writes the model's folder, as DINOv2's are laid out. */
export async function writeTinyModel(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/onnx`, { recursive: true });
  await Deno.writeFile(`${folder}/onnx/model.onnx`, model());
  const config = { model_type: "dinov2", architectures: ["Dinov2Model"], hidden_size: 3, image_size: 8, patch_size: 4 };
  await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(config));
  const processor = {
    image_processor_type: "BitImageProcessor",
    do_resize: true,
    size: { shortest_edge: 8 },
    resample: 0, // nearest: colours stay what they are
    do_center_crop: true,
    crop_size: { height: 8, width: 8 },
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: mean,
    image_std: deviation,
    do_convert_rgb: true,
  };
  await Deno.writeTextFile(`${folder}/preprocessor_config.json`, JSON.stringify(processor));
}
