import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { TensorFunction, Tensors } from "../../lib/capture/compiled.ts";
import { compileOnWebGPU, type CompileOptions } from "../../lib/capture/webgpu/compile_on_webgpu.ts";
import { backendBytes } from "../../lib/device/mod.ts";
import { takeGradients } from "../../lib/stages/_take_gradients.ts";
import { assertNoLeak, normals, onEveryBackend, tensorOf } from "../backends.ts";

const backends = ["webgpu"] as const;
const shapes = { x: [3, 4], w: [4, 5], rate: [] } as const;

/** Values of the inputs; other seeds give others everywhere. */
function inputsOf(seed: number): Tensors {
  const [x, w, rate] = normals(seed, shapes.x, shapes.w, shapes.rate).map(tensorOf);
  return { x: x!, w: w!, rate: rate! };
}

/** A step down a loss with a softmax in it: reductions, products and their gradients. */
const descend: TensorFunction = ({ x, w, rate }) => {
  const taken = takeGradients(() => tf.softmax(tf.matMul(x!, w!)).square().sum(), [w!]);
  const next = tf.sub(w!, tf.mul(taken.gradients[0]!, rate!));
  return { loss: taken.value, next };
};

async function read(tensors: Tensors): Promise<number[][]> {
  return await Promise.all(Object.values(tensors).map(async (tensor) => [...await tensor.data()]));
}

/** Reads and frees. */
async function taken(tensors: Tensors): Promise<number[][]> {
  const numbers = await read(tensors);
  tf.dispose(tensors as tf.NamedTensorMap);
  return numbers;
}

onEveryBackend("compileOnWebGPU() replays with the bits of the function, tensors and bytes flat", async () => {
  const examples = [inputsOf(1), inputsOf(2)] as const;
  const compiled = await Effect.runPromise(compileOnWebGPU("descend", descend, examples));
  assert(compiled.calls > 5, `${compiled.calls} dispatches`);
  assert(compiled.memory.planned < compiled.memory.eager, JSON.stringify(compiled.memory));
  let bytes = 0;
  await assertNoLeak(async () => {
    for (let run = 0; run < 50; run++) {
      const inputs = inputsOf(10 + run);
      if (run % 3 > 0) await taken({ sum: tf.tidy(() => inputs["x"]!.sum()) }); // on the GPU already, or not yet
      const replayed = compiled.run(inputs);
      assertEquals(await taken(replayed), await taken(tf.tidy(() => descend(inputs) as tf.NamedTensorMap)));
      tf.dispose(inputs as tf.NamedTensorMap);
      if (run === 5) bytes = backendBytes();
    }
  });
  assertEquals(backendBytes(), bytes);
  compiled.dispose();
  tf.dispose(examples as unknown as tf.NamedTensorMap[]);
}, { backends });

onEveryBackend("results of a replay stay as they are when the next one runs", async () => {
  const examples = [inputsOf(1), inputsOf(2)] as const;
  const compiled = await Effect.runPromise(compileOnWebGPU("descend", descend, examples));
  const first = compiled.run(examples[0]), second = compiled.run(examples[1]);
  assertEquals(await read(first), await taken(tf.tidy(() => descend(examples[0]) as tf.NamedTensorMap)));
  assert((await read(first)).join() !== (await read(second)).join());
  compiled.dispose();
}, { backends });

/** What the refusal of a function says, or "replayed". */
function verdict(fn: TensorFunction, options?: CompileOptions): Promise<string> {
  const examples = [inputsOf(1), inputsOf(2)] as const;
  return Effect.runPromise(
    compileOnWebGPU("it", fn, examples, options).pipe(
      Effect.map((compiled) => (compiled.dispose(), "replayed")),
      Effect.catchTag("CaptureRefused", (error) => Effect.succeed(error.message)),
    ),
  );
}

onEveryBackend("compileOnWebGPU() refuses what would be kept, and says where", async () => {
  let calls = 0;
  const mutants: readonly (readonly [part: string, fn: TensorFunction])[] = [
    ["the uniform differs", ({ w }) => ({ next: tf.clipByValue(w!, 0, ++calls) })],
    ["runs", ({ x }) => ({ next: ++calls % 2 ? tf.square(x!) : tf.exp(x!) })],
    ["commands", ({ x }) => ({ next: ++calls % 2 ? tf.square(x!) : tf.exp(tf.square(x!)) })],
    ["numbers are read back", ({ x, w }) => ({ next: tf.mul(w!, x!.dataSync()[0]!) })],
    ["outlive", ({ x }) => ({ next: tf.square(tf.keep(tf.square(x!))) })],
  ];
  for (const [part, fn] of mutants) assertStringIncludes(await verdict(fn), part);
  assertEquals(await verdict(descend), "replayed");
}, { backends });
