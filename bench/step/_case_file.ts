import { encodeSafetensors, type SafeTensor } from "../../lib/files/mod.ts";
import { type Key, keyFor, normals, purpose } from "../../lib/random/mod.ts";
import { adam, type Cell, layerNormEpsilon } from "./_cells.ts";

/** Name, shape, mean and standard deviation of each weight, in the model's order and under its names. */
function* drawn(c: Cell): Generator<readonly [name: string, shape: readonly number[], mean: number, scale: number]> {
  const dense = function* (name: string, inputs: number, outputs: number, gain = 1) {
    yield [`${name}.weight`, [inputs, outputs], 0, gain / Math.sqrt(inputs)] as const;
    yield [`${name}.bias`, [outputs], 0, 0.05] as const;
  };
  const norm = function* (name: string) {
    yield [`${name}.gain`, [c.width], 1, 0.25] as const;
    yield [`${name}.bias`, [c.width], 0, 0.05] as const;
  };
  const smaller = 1 / Math.sqrt(2 * c.layers);
  yield* norm("model.norm");
  for (let layer = 0; layer < c.layers; layer++) {
    const name = `model.layers.${layer}`;
    yield* norm(`${name}.attention.norm`);
    yield* dense(`${name}.attention.qkv`, c.width, 3 * c.width);
    yield* dense(`${name}.attention.output`, c.width, c.width, smaller);
    yield* norm(`${name}.feedForward.norm`);
    yield* dense(`${name}.feedForward.hidden`, c.width, c.feedForward);
    yield* dense(`${name}.feedForward.output`, c.feedForward, c.width, smaller);
  }
}

/**
 * A cell's weights and its input `[tasks, positions, width]` as a safetensors file, so that every contender starts from
 * the same numbers. Gains and biases are drawn too: with the usual ones and zeros the mean square of a layer norm's
 * output is constant, and Adam would follow rounding errors.
 */
export function caseFile(cell: Cell): Uint8Array<ArrayBuffer> {
  const key = keyFor(7, "bench", 0);
  const tensors: Record<string, SafeTensor> = {
    input: {
      dtype: "F32",
      shape: [cell.tasks, cell.positions, cell.width],
      data: draw(key, "input", count(cell), 0, 1),
    },
  };
  for (const [name, shape, mean, scale] of drawn(cell)) {
    const size = shape.reduce((a, b) => a * b, 1);
    tensors[name] = { dtype: "F32", shape, data: draw(key, name, size, mean, scale) };
  }
  return encodeSafetensors(tensors, { cell: JSON.stringify({ ...cell, ...adam, layerNormEpsilon }) });
}

function count({ tasks, positions, width }: Cell): number {
  return tasks * positions * width;
}

function draw(key: Key, name: string, size: number, mean: number, scale: number): Float32Array<ArrayBuffer> {
  return normals(purpose(key, name), size).map((z) => mean + scale * z);
}
