import { AssertionError, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { gridTransformer, type Model, transformer, type Weights } from "../../lib/model/mod.ts";
import { keyFor, normals } from "../../lib/random/mod.ts";
import { assertClose, type Values } from "../backends.ts";

const sizes = { width: 4, layers: 2, heads: 2, feedForward: 6 };

/** Hidden values of a grid `[rows][columns][width]`, given and read in any order of rows and columns. */
function hiddenOf(
  model: Model,
  weights: Weights,
  grid: Float32Array,
  rows: readonly number[],
  columns: readonly number[],
): Values {
  const { width } = sizes, shape = [rows.length, columns.length, width] as const;
  const at = (r: number, c: number): number => (r * columns.length + c) * width;
  const shown = new Float32Array(grid.length), read = new Float32Array(grid.length);
  rows.forEach((r, i) => columns.forEach((c, j) => shown.set(grid.subarray(at(r, c), at(r, c) + width), at(i, j))));
  const hidden = tf.tidy(() => {
    const embedded = tf.tensor3d(shown, [1, rows.length * columns.length, width]);
    return model.apply(weights, embedded, tf.ones([1, rows.length, columns.length], "bool")).dataSync<"float32">();
  });
  rows.forEach((r, i) => columns.forEach((c, j) => read.set(hidden.subarray(at(i, j), at(i, j) + width), at(r, c))));
  return { shape, data: read };
}

Deno.test("gridTransformer() permutes its output as rows and columns are permuted", async () => {
  await tf.setBackend("cpu");
  const model = gridTransformer(sizes), weights = model.init(keyFor(0, "initialisation", 0));
  fc.assert(
    fc.property(
      fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
      fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      fc.nat(),
      (rows, columns, seed) => {
        const grid = normals(keyFor(seed, "grid", 0), 48);
        const plain = hiddenOf(model, weights, grid, [0, 1, 2], [0, 1, 2, 3]);
        assertClose("hidden", hiddenOf(model, weights, grid, rows, columns), plain, { relative: 1e-4 });
      },
    ),
    { numRuns: 30 },
  );
  tf.dispose(weights as tf.NamedTensorMap);
});

Deno.test("gridTransformer() lets a token see its row and its column, and through layers everybody", async () => {
  await tf.setBackend("cpu");
  const one = gridTransformer({ ...sizes, layers: 1 }), weights = one.init(keyFor(1, "initialisation", 0));
  const grid = normals(keyFor(2, "grid", 0), 48), changed = grid.slice();
  changed.set([3, -2, 1, 5], 0); // the token (0, 0)
  const [before, after] = [grid, changed].map((g) => hiddenOf(one, weights, g, [0, 1, 2], [0, 1, 2, 3]));
  // Rows first, then columns: (1, 1) sees (0, 1), which saw (0, 0).
  assertThrows(() => assertClose("(1, 1)", part(after!, 20), part(before!, 20), { relative: 1e-6 }), AssertionError);
  tf.dispose(weights as tf.NamedTensorMap);
});

Deno.test("gridTransformer() keeps missing tokens from everybody else", async () => {
  await tf.setBackend("cpu");
  const model = gridTransformer(sizes), weights = model.init(keyFor(3, "initialisation", 0));
  const grid = normals(keyFor(4, "grid", 0), 48), other = grid.slice();
  const mask = [1, 1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0]; // no third column, no third row
  mask.forEach((there, i) => there === 0 && other.fill(9, 4 * i, 4 * i + 4));
  const read = (data: Float32Array): Values =>
    tf.tidy(() => {
      const there = tf.tensor3d(mask, [1, 3, 4], "bool");
      const hidden = model.apply(weights, tf.tensor3d(data, [1, 12, 4]), there);
      return { shape: [1, 12, 4], data: Float32Array.from(hidden.mul(there.reshape([1, 12, 1])).dataSync()) };
    });
  assertClose("hidden", read(other), read(grid), { relative: 1e-6 });
  tf.dispose(weights as tf.NamedTensorMap);
});

Deno.test("gridTransformer() on a single row is a transformer of twice the attention", async () => {
  // With one row, attention along columns sees the token alone: its value is its own.
  await tf.setBackend("cpu");
  const grid = gridTransformer({ ...sizes, layers: 1 }), plain = transformer({ ...sizes, layers: 1 });
  const weights = grid.init(keyFor(5, "initialisation", 0));
  const zero = (name: string) => tf.zerosLike(weights[name]!);
  const name = "model.layers.0",
    silent = { ...weights, [`${name}.columns.output.weight`]: zero(`${name}.columns.output.weight`) };
  const same = Object.fromEntries(
    Object.entries(silent).map(([key, value]) => [key.replace(".rows.", ".attention."), value]),
  );
  const x = tf.tensor3d(normals(keyFor(6, "x", 0), 20), [1, 5, 4]);
  const [a, b] = [
    grid.apply(silent, x, tf.ones([1, 1, 5], "bool")),
    plain.apply(same, x, tf.ones([1, 5, 5], "bool")),
  ];
  assertClose("hidden", { shape: a.shape, data: a.dataSync<"float32">() }, {
    shape: b.shape,
    data: b.dataSync<"float32">(),
  }, { relative: 1e-5 });
  tf.dispose([a, b, x, ...Object.values(silent), ...Object.values(weights)]);
});

function part({ data }: Values, from: number): Values {
  return { shape: [4], data: data.slice(from, from + 4) };
}
