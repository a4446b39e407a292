import * as tf from "@tensorflow/tfjs";
import { AssertionError } from "@std/assert";
import { Effect } from "effect";
import { checkDevice, type DeviceName, type DeviceOptions, openDevice, tensorCount } from "../lib/device/mod.ts";

/** The backend that a test finds current. */
export interface BackendUnderTest {
  readonly name: DeviceName;
  /** How many random cases are affordable: software GPUs compile a shader per shape and pay 10 ms per read. */
  readonly runs: number;
}

/** What {@linkcode onEveryBackend} may be told. */
export interface BackendOptions {
  /** Which backends; all three unless given. */
  readonly backends?: readonly DeviceName[];
  /** Registers kernels, as for `openDevice`; without it stock tfjs runs. */
  readonly kernels?: DeviceOptions["kernels"];
}

const runs: Readonly<Record<DeviceName, number>> = { cpu: 20, wasm: 20, webgpu: 4 };

/**
 * Whether WebGPU tests are to be reported as ignored: there is no adapter, and this is not CI, where a missing adapter
 * fails them. On Debian `apt-get install mesa-vulkan-drivers libvulkan1` brings a software adapter.
 */
export const ignoreWebgpu: boolean = Deno.env.get("CI") === undefined &&
  await globalThis.navigator?.gpu?.requestAdapter() == null;

/**
 * Registers one test per backend, with that backend current while `run` runs. On webgpu any adapter will do; every
 * error that WebGPU would report without throwing fails the test. {@linkcode ignoreWebgpu} says when there is none.
 */
export function onEveryBackend(
  title: string,
  run: (backend: BackendUnderTest) => Promise<void> | void,
  { backends = ["cpu", "wasm", "webgpu"], kernels }: BackendOptions = {},
): void {
  for (const name of backends) {
    const ignore = name === "webgpu" && ignoreWebgpu;
    Deno.test({ name: `${title} [${name}]`, ignore }, () =>
      Effect.runPromise(Effect.scoped(Effect.gen(function* () {
        yield* openDevice(name, kernels === undefined ? {} : { kernels });
        const body = async (): Promise<void> => await run({ name, runs: runs[name] });
        yield* Effect.promise(name === "webgpu" ? () => insideErrorScope(body) : body);
        yield* checkDevice;
      }))));
  }
}

/** Fails on validation errors even if the body passed: WebGPU answers zeros then. */
async function insideErrorScope(body: () => Promise<void>): Promise<void> {
  const { device } = tf.backend() as unknown as { readonly device: GPUDevice };
  device.pushErrorScope("validation");
  let thrown: unknown;
  try {
    await body();
  } catch (error) {
    thrown = error;
  }
  const refused = await device.popErrorScope();
  if (refused) throw new AssertionError(`WebGPU refused a command: ${refused.message}`, { cause: thrown });
  if (thrown !== undefined) throw thrown;
}

/** Numbers with a shape, on no backend yet. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Standard normal numbers of these shapes; the same seed gives the same numbers. */
export function normals(seed: number, ...shapes: readonly (readonly number[])[]): Values[] {
  const next = uniforms(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return shapes.map((shape) => ({
    shape,
    data: Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, normal),
  }));
}

/** Uniform numbers in [0, 1): mulberry32, good enough to draw test data. */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes a tensor of the numbers on the current backend; the caller owns it. */
export function tensorOf({ shape, data }: Values): tf.Tensor {
  return tf.tensor(data, [...shape], "float32");
}

/** A differentiable function of tensors. */
export type Op = (...inputs: tf.Tensor[]) => tf.Tensor;

/** What an op gives, read back: its value, and the gradients of Σ value · dy. */
export interface ValueAndGradients {
  readonly value: Values;
  readonly gradients: readonly Values[];
}

/** Runs an op and its gradient, reads both back, and fails if either leaks. */
export async function valueAndGradients(op: Op, inputs: readonly Values[], seed = 1): Promise<ValueAndGradients> {
  return await assertNoLeak(async () => {
    const xs = inputs.map(tensorOf);
    const shape = tf.tidy(() => op(...xs).shape);
    const dy = tensorOf(normals(seed, shape)[0]!);
    const { value, grads } = tf.valueAndGrads(op)(xs, dy);
    const read = async (tensor: tf.Tensor): Promise<Values> => ({
      shape: tensor.shape,
      data: await tensor.data() as Float32Array,
    });
    const result = { value: await read(value), gradients: await Promise.all(grads.map(read)) };
    tf.dispose([...xs, dy, value, ...grads]);
    return result;
  });
}

/** How far numbers may be apart: `relative` to the largest entry of a tensor, and `absolute` where sums cancel. */
export interface Tolerance {
  readonly relative: number;
  /** 1e-6 unless given: what float32 rounds away from terms of size 1. */
  readonly absolute?: number;
}

/** Asserts that op and reference agree in value and gradients. */
export async function assertSameOp(
  op: Op,
  reference: Op,
  inputs: readonly Values[],
  tolerance: Tolerance,
): Promise<void> {
  const [found, expected] = [await valueAndGradients(op, inputs), await valueAndGradients(reference, inputs)];
  assertClose("value", found.value, expected.value, tolerance);
  expected.gradients.forEach((gradient, i) => assertClose(`gradient ${i}`, found.gradients[i]!, gradient, tolerance));
}

/** Asserts equal shapes and close entries. */
export function assertClose(what: string, found: Values, expected: Values, tolerance: Tolerance): void {
  if (!tf.util.arraysEqual([...found.shape], [...expected.shape])) {
    throw new AssertionError(`${what}: found shape [${found.shape}], expected [${expected.shape}]`);
  }
  const largest = expected.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const allowed = tolerance.relative * largest + (tolerance.absolute ?? 1e-6);
  expected.data.forEach((x, i) => {
    const y = found.data[i]!;
    if (!(Math.abs(y - x) <= allowed)) {
      throw new AssertionError(`${what}[${i}]: found ${y}, expected ${x}, allowed ${allowed} apart`);
    }
  });
}

/**
 * Asserts that the gradients predict what a small step along a random direction changes: a functional of the outputs
 * in double precision, central differences, relative to the gradients' length.
 */
export async function assertFiniteDifferences(
  op: Op,
  inputs: readonly Values[],
  { relative, step = 1e-2, seed = 1 }: { readonly relative: number; readonly step?: number; readonly seed?: number },
): Promise<void> {
  const { value, gradients } = await valueAndGradients(op, inputs, seed);
  const functional = normals(seed, value.shape)[0]!.data;
  const directions = normals(seed + 1, ...inputs.map(({ shape }) => shape));
  const at = async (distance: number): Promise<Float32Array> => {
    const moved = inputs.map(({ shape, data }, i) =>
      tensorOf({ shape, data: data.map((x, j) => x + distance * directions[i]!.data[j]!) })
    );
    const result = op(...moved);
    const read = await result.data() as Float32Array;
    tf.dispose([result, ...moved]);
    return read;
  };
  const [ahead, behind] = [await at(step), await at(-step)];
  const changes = functional.map((r, i) => r * (ahead[i]! - behind[i]!) / (2 * step));
  const found = changes.reduce((sum, change) => sum + change, 0);
  let predicted = 0, squares = 0;
  gradients.forEach(({ data }, i) =>
    data.forEach((g, j) => {
      predicted += g * directions[i]!.data[j]!;
      squares += g * g;
    })
  );
  // Values come of terms of about 1, so that even a tiny one (the tail of GELU) is known to 6e-8 only.
  const rounded = value.data.reduce((sum, y, i) => sum + (Math.max(1, Math.abs(y)) * functional[i]!) ** 2, 0);
  const rounding = 2e-7 / step * Math.sqrt(rounded);
  if (!(Math.abs(found - predicted) <= relative * Math.sqrt(squares) + rounding)) {
    throw new AssertionError(`gradients predict ${predicted}, a step of ${step} changes ${found}`);
  }
}

/** Asserts that as many tensors are alive after as before, and answers what was returned. */
export async function assertNoLeak<T>(run: () => Promise<T> | T): Promise<T> {
  const [tensors, buffers] = [tensorCount(), tf.memory().numDataBuffers];
  const result = await run();
  const [more, moreBuffers] = [tensorCount() - tensors, tf.memory().numDataBuffers - buffers];
  if (more !== 0 || moreBuffers !== 0) throw new AssertionError(`${more} tensors, ${moreBuffers} buffers leaked`);
  return result;
}
