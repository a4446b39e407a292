import type * as tf from "@tensorflow/tfjs";
import { AssertionError } from "@std/assert";
import { assertClose, tensorOf, type Values } from "../backends.ts";

/** Named numbers on no backend. */
export type Numbers = Readonly<Record<string, Values>>;

/** Reads a tensor; on cpu and wasm only, where reading needs no wait. */
export function read(tensor: tf.Tensor): Values {
  return { shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) };
}

/** Reads named tensors. */
export function readAll(tensors: Readonly<Record<string, tf.Tensor>>): Numbers {
  return mapNumbers(tensors, read);
}

/** Makes named tensors; the caller owns them. */
export function tensorsOf(numbers: Numbers): Record<string, tf.Tensor> {
  return mapNumbers(numbers, tensorOf);
}

/** The same names with other values. */
export function mapNumbers<A, B>(record: Readonly<Record<string, A>>, of: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value)]));
}

/** The entries whose indices along the axes are wanted, flattened. */
export function pick(values: Values, wanted: (...indices: number[]) => boolean): Values {
  const data = values.data.filter((_, i) => wanted(...indicesOf(i, values.shape)));
  return { shape: [data.length], data };
}

/** Rows of an axis, in this order; a row may come twice. */
export function rows(values: Values, axis: number, order: readonly number[]): Values {
  const shape = values.shape.map((size, i) => i === axis ? order.length : size);
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).map((_, i) => {
    const indices = indicesOf(i, shape);
    indices[axis] = order[indices[axis]!]!;
    return values.data[indices.reduce((at, index, k) => at * values.shape[k]! + index, 0)]!;
  });
  return { shape, data };
}

/** Puts `other`'s entry where the indices ask for it. */
export function replaceWhere(
  values: Values,
  other: Values,
  where: (...indices: number[]) => boolean,
  scale = 1,
): Values {
  const data = values.data.map((x, i) => where(...indicesOf(i, values.shape)) ? other.data[i]! * scale : x);
  return { shape: values.shape, data };
}

/** 0, 1, …, count − 1. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Asserts equal shapes and equal finite numbers, without tolerance. */
export function assertSame(what: string, found: Values, expected: Values): void {
  if (found.shape.join() !== expected.shape.join()) {
    throw new AssertionError(`${what}: found shape [${found.shape}], expected [${expected.shape}]`);
  }
  expected.data.forEach((x, i) => {
    const y = found.data[i]!;
    if (x !== y || !Number.isFinite(x)) throw new AssertionError(`${what}[${i}]: found ${y}, expected ${x}`);
  });
}

/** {@linkcode assertSame} for each name; the names must agree too. */
export function assertAllSame(what: string, found: Numbers, expected: Numbers): void {
  forBoth(what, found, expected, assertSame);
}

/** Within 1e-5 of the largest entry, for each name. */
export function assertAllClose(what: string, found: Numbers, expected: Numbers, relative = 1e-5): void {
  forBoth(what, found, expected, (name, a, b) => assertClose(name, a, b, { relative }));
}

function forBoth(
  what: string,
  found: Numbers,
  expected: Numbers,
  check: (what: string, found: Values, expected: Values) => void,
): void {
  const [names, others] = [Object.keys(found).sort(), Object.keys(expected).sort()];
  if (names.join() !== others.join()) throw new AssertionError(`${what}: found ${names}, expected ${others}`);
  for (const name of names) check(`${what}.${name}`, found[name]!, expected[name]!);
}

function indicesOf(flat: number, shape: readonly number[]): number[] {
  const indices: number[] = [];
  for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
    indices[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return indices;
}
