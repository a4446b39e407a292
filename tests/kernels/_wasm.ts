import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { assert, assertEquals } from "@std/assert";
import { Effect } from "effect";
import fc from "fast-check";
import { type Blas, openBlas } from "../../lib/device/blas.ts";
import { registerKernels, useBlas } from "../../lib/kernels/mod.ts";
import { normals, type Values } from "../backends.ts";

/** What goes into a kernel: numbers with a shape, or bytes of a mask. */
export interface Input {
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array;
}

tf.enableProdMode();

/** Makes wasm current, with our kernels. */
export async function openWasm(): Promise<void> {
  assert(await tf.setBackend("wasm"));
  await registerKernels("wasm");
}

/** Registers a test without a BLAS, and one with the machine's BLAS where there is one that is allowed. */
export function withAndWithoutBlas(title: string, run: () => void | Promise<void>): void {
  const blas: Blas | undefined = Effect.runSync(openBlas("auto"));
  blas?.close();
  for (const choice of blas ? ["off", "auto"] : ["off"]) {
    Deno.test(`${title} [${choice === "off" ? "own products" : blas?.description}]`, async () => {
      const blas = Effect.runSync(openBlas(choice));
      await openWasm();
      useBlas(blas);
      try {
        await run();
      } finally {
        useBlas(undefined);
        blas?.close();
      }
    });
  }
}

/** Runs a kernel by name and reads its results; nothing stays behind. */
export function runKernel(
  name: string,
  inputs: Readonly<Record<string, Input>>,
  attrs: Readonly<Record<string, number | boolean>> = {},
): Float32Array[] {
  const before = tf.memory();
  const tensors = Object.fromEntries(Object.entries(inputs).map(([key, input]) => [key, toTensor(input)]));
  const found = tf.engine().runKernel(name, tensors, { ...attrs }) as tf.Tensor | tf.Tensor[];
  const results = [found].flat();
  const read = results.map((tensor) => tensor.dataSync<"float32">().slice());
  tf.dispose([...results, ...Object.values(tensors)]);
  const after = tf.memory();
  assertEquals([after.numTensors, after.numDataBuffers], [before.numTensors, before.numDataBuffers], `${name} leaks`);
  return read;
}

/** A tensor of the input: float32, or bool from bytes. */
export function toTensor({ data, shape }: Input): tf.Tensor {
  return tf.tensor(data, [...shape], data instanceof Uint8Array ? "bool" : "float32");
}

/** Fails unless each number is within `tolerance` times the larger of 1 and its scale; NaN must meet NaN. */
export function assertClose(found: Float32Array, wanted: ArrayLike<number>, tolerance: number, what = ""): void {
  assertEquals(found.length, wanted.length, what);
  for (let i = 0; i < found.length; i++) {
    const [a, b] = [found[i]!, wanted[i]!];
    const close = Number.isNaN(b) ? Number.isNaN(a) : Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
    assert(close, `${what}[${i}]: found ${a}, wanted ${b}`);
  }
}

/** Sizes that no tile divides, and those that one does. */
export const size: fc.Arbitrary<number> = fc.integer({ min: 1, max: 70 });

/** A few of something: tasks, heads. */
export const few: fc.Arbitrary<number> = fc.integer({ min: 1, max: 4 });

/** A seed for {@linkcode normals}. */
export const seed: fc.Arbitrary<number> = fc.nat();

/** Runs a law over random cases. */
export function forAll<T extends [unknown, ...unknown[]]>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  law: (...values: T) => void,
  numRuns = 25,
): void {
  fc.assert(fc.property<T>(...arbitraries, law), { numRuns });
}

/** op(a) op(b) in double precision; a is [m, k] or, transposed, [k, m], and b likewise. */
export function productOf(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  [m, n, k]: readonly [number, number, number],
  [ta, tb]: readonly [boolean, boolean] = [false, false],
): Float64Array {
  const y = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      const x = a[ta ? l * m + i : i * k + l]!;
      for (let j = 0; j < n; j++) y[i * n + j]! += x * b[tb ? j * k + l : l * n + j]!;
    }
  }
  return y;
}

/** The sums of the columns of a matrix. */
export function columnSumsOf(x: ArrayLike<number>, width: number): Float64Array {
  const sums = new Float64Array(width);
  for (let i = 0; i < x.length; i++) sums[i % width]! += x[i]!;
  return sums;
}

export { normals, type Values };
