import { assertEquals, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { TensorFunction, Tensors } from "../../lib/capture/compiled.ts";
import { compileOnWebGPU } from "../../lib/capture/webgpu/compile_on_webgpu.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { accumulate } from "../../lib/ops/mod.ts";
import { normals, onEveryBackend, tensorOf } from "../backends.ts";

function inputsOf(seed: number): Tensors {
  const [sum, term] = normals(seed, [5], [5]).map(tensorOf);
  return { sum: sum!, term: term! };
}

/** Adds to its first input where that lies, and tells a norm of it. */
const add: TensorFunction = ({ sum, term }) => {
  const { all } = accumulate({ all: sum! }, { all: tf.mul(term!, 1) });
  return { norm: tf.sum(tf.square(all!)) };
};

onEveryBackend("a replay changes inputs named inPlace where they lie, and only these may be changed", async () => {
  const examples = [inputsOf(1), inputsOf(2)] as const;
  const before = await Promise.all(examples.map(({ sum }) => sum!.data()));
  const refused = await Effect.runPromise(Effect.flip(compileOnWebGPU("add", add, examples)));
  assertStringIncludes(refused.message, "input sum in place");
  const compiled = await Effect.runPromise(compileOnWebGPU("add", add, examples, { inPlace: ["sum"] }));
  for (let i = 0; i < 2; i++) assertEquals(await examples[i]!["sum"]!.data(), before[i]); // as they were
  const sums = inputsOf(3), expected = [...await sums["sum"]!.data()];
  for (let run = 0; run < 3; run++) {
    const { term } = inputsOf(4 + run), numbers = await term!.data();
    const { norm } = compiled.run({ sum: sums["sum"]!, term: term! });
    numbers.forEach((number, i) => expected[i] = Math.fround(expected[i]! + number));
    assertEquals([...await sums["sum"]!.data()], expected);
    tf.dispose([norm!, term!]);
  }
  const others = inputsOf(9), begun = [...await others["sum"]!.data()]; // another tensor: it is bound anew
  compiled.run(others);
  const term = await others["term"]!.data();
  assertEquals([...await others["sum"]!.data()], begun.map((number, i) => Math.fround(number + term[i]!)));
  assertEquals([...await sums["sum"]!.data()], expected);
  compiled.dispose();
}, { backends: ["webgpu"], kernels: registerKernels });
