import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { compile, type Compiled, type TensorFunction, type Tensors } from "../../lib/capture/mod.ts";
import { backendBytes } from "../../lib/device/memory.ts";
import type { CaptureRefused } from "../../lib/errors/capture_refused.ts";
import { WasmMemoryExhausted } from "../../lib/errors/wasm_memory_exhausted.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { accumulate, linearGelu } from "../../lib/ops/mod.ts";
import { assertNoLeak, normals, onEveryBackend, tensorOf } from "../backends.ts";

const onWasm = { backends: ["wasm"], kernels: registerKernels } as const;

const shapes = { x: [4, 3], w: [3, 5], b: [5] };

function inputsOf(seed: number): Tensors {
  const values = normals(seed, ...Object.values(shapes));
  return Object.fromEntries(Object.keys(shapes).map((name, i) => [name, tensorOf(values[i]!)]));
}

/** Compiles on two examples of these shapes, and hands over. */
async function compiled<T>(fn: TensorFunction, use: (compiled: Compiled) => T): Promise<T> {
  const examples = [inputsOf(1), inputsOf(2)] as const;
  const made = await Effect.runPromise(compile("the function", fn, examples));
  try {
    return use(made);
  } finally {
    made.dispose();
    tf.dispose(examples as unknown as tf.NamedTensorMap[]);
  }
}

/** Why a function is refused; nothing leaks. */
async function refusal(fn: TensorFunction): Promise<CaptureRefused> {
  return await assertNoLeak(async () => {
    const examples = [inputsOf(1), inputsOf(2)] as const;
    const refused = await Effect.runPromise(Effect.flip(compile("the function", fn, examples)));
    tf.dispose(examples as unknown as tf.NamedTensorMap[]);
    return refused;
  });
}

function read(tensors: Tensors): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, [tensor.shape, tensor.dtype, [...tensor.dataSync()]]]),
  );
}

const kept: tf.Scalar[] = [];

/** Everything at once: gradients, sums in place, constants from before and inside, views, lists, other types. */
const many: TensorFunction = ({ x, w, b }) => {
  const before = kept[0]!;
  const { value, grads } = tf.valueAndGrads((x: tf.Tensor, w: tf.Tensor) => linearGelu(x, w, b!).square().sum())([
    x!,
    w!,
  ]);
  const [left, right] = tf.split(x!.mul(2), [1, 2], 1) as [tf.Tensor, tf.Tensor];
  const sums = accumulate(accumulate({}, { x: grads[0]! }), { x: tf.mul(x!, before) });
  tf.mul(x!, 7).exp(); // of no use
  return {
    ...sums,
    value,
    joined: tf.concat([right, left, tf.zeros([4, 1]).add(3)], 1),
    view: tf.stack([w!, w!]).reshape([3, 10]),
    larger: x!.greater(0),
    whole: x!.mul(10).toInt(),
    ofConstants: tf.range(0, 4).square(),
    softmax: tf.tidy(() => x!.transpose().softmax()),
  };
};

onEveryBackend("compile() gives a function's bits again and again, for other inputs", async () => {
  kept[0] = tf.scalar(1.5);
  await compiled(many, (replay) =>
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const inputs = inputsOf(seed),
          { found, expected } = tf.tidy(() =>
            ({ found: read(replay.run(inputs)), expected: read(many(inputs)) }) as unknown as tf.TensorContainer
          ) as unknown as Record<string, unknown>;
        assertEquals(found, expected);
        tf.dispose(inputs as tf.NamedTensorMap);
      }),
      { numRuns: 10 },
    ));
  kept[0].dispose();
}, onWasm);

onEveryBackend(
  "compile() gives results that are the caller's own, also where an input or a constant is one",
  async () => {
    await assertNoLeak(() =>
      compiled(
        ({ x }) => ({ x: x!, again: x!.clone(), constant: tf.tensor1d([1, 2]), sum: x!.sum(), same: x!.neg() }),
        (replay) => {
          const inputs = inputsOf(3), first = replay.run(inputs), second = replay.run(inputs);
          assertEquals(read(second), read(first));
          assertEquals([...first["again"]!.dataSync()], [...inputs["x"]!.dataSync()]);
          const buffers = [first, second, inputs].flatMap((all) => Object.values(all)).map(({ dataId }) => dataId);
          assertEquals(new Set(buffers).size, buffers.length);
          tf.dispose([first, second, inputs] as unknown as tf.NamedTensorMap[]);
        },
      )
    );
  },
  onWasm,
);

onEveryBackend("compile() leaves out kernels that no result needs, or that depend on constants alone", async () => {
  const calls = (fn: TensorFunction) => compiled(fn, (replay) => replay.calls);
  assertEquals(await calls(({ x }) => ({ y: x!.reshape([3, 4]).square().clone() })), 1);
  assertEquals(await calls(({ x }) => (x!.exp().neg(), { y: x!.mul(tf.fill([3], 2).sqrt()) })), 1);
}, onWasm);

onEveryBackend("compile() takes no more memory, however often it is called or replayed", async () => {
  const inputs = inputsOf(1);
  kept[0] = tf.scalar(1.5);
  const once = () =>
    compiled(many, (replay) => {
      for (let i = 0; i < 20; i++) tf.dispose(replay.run(inputs) as tf.NamedTensorMap);
    });
  await once();
  const bytes = backendBytes(), { numDataIds } = { numDataIds: tf.backend().numDataIds() };
  await assertNoLeak(async () => {
    for (let i = 0; i < 30; i++) await once();
  });
  assertEquals([backendBytes(), tf.backend().numDataIds()], [bytes, numDataIds]);
  tf.dispose([inputs as tf.NamedTensorMap, kept[0]]);
}, onWasm);

/** Functions that a replay would not stand for, beside those of refusals_test.ts, and what the refusal says. */
const mutants: Readonly<Record<string, readonly [make: () => TensorFunction, says: string]>> = {
  "what it throws itself": [() => () => {
    throw new WasmMemoryExhausted({ wanted: 8, held: 16 });
  }, "the function: Error: Cannot allocate 8 bytes"],
  "a read": [() => ({ x }) => ({ x: x!.mul(x!.dataSync()[0]!) }), "read on the host"],
  "a result that changes": [() => {
    let i = 0;
    return () => ({ x: tf.scalar(i++) });
  }, "result x"],
  "control flow": [() => {
    let i = 0;
    return ({ x }) => ({ x: i++ % 2 === 0 ? x!.exp() : x!.neg() });
  }, "Neg runs in its place"],
  "a kernel more": [() => {
    let i = 0;
    return ({ x }) => (i++ === 0 ? x!.exp() : undefined, { x: x!.neg() });
  }, "Neg runs in its place"],
  "another input": [() => {
    let i = 0;
    return ({ x, w, b }) => ({ x: tf.mul(x!.sum(), i++ === 0 ? w!.sum() : b!.sum()) });
  }, "it has other tensors"],
  "a change of an input in place": [() => ({ x }) => ({ x: accumulate({ x: x! }, { x: x!.neg() })["x"]! }), "an input"],
  "a tensor of text": [() => ({ x }) => (tf.tensor1d(["a"]).clone().dispose(), { x: x!.neg() }), "type string"],
};

for (const [what, [make, says]] of Object.entries(mutants)) {
  onEveryBackend(`compile() refuses ${what}`, async () => {
    const { message } = await refusal(make());
    assertStringIncludes(message, says);
    assertStringIncludes(message, "Cannot replay the function");
  }, onWasm);
}

onEveryBackend("compile() refuses a backend that it does not know", async () => {
  assertStringIncludes((await refusal(({ x }) => ({ x: x!.neg() }))).message, "backend cpu");
}, { backends: ["cpu"] });

onEveryBackend("run() throws on inputs of other shapes, names or types", async () => {
  await compiled(({ x, w }) => ({ y: x!.matMul(w!) }), (replay) => {
    const inputs = inputsOf(1);
    for (const wrong of [{ ...inputs, x: inputs["w"]! }, { x: inputs["x"]! }, { ...inputs, w: inputs["w"]!.toInt() }]) {
      let message = "";
      try {
        replay.run(wrong as Tensors);
      } catch (error) {
        message = (error as Error).message;
      }
      assertStringIncludes(message, "as recorded, input");
    }
    assert(replay.calls === 1);
  });
}, onWasm);
