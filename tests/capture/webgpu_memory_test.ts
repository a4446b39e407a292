import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { compile, type TensorFunction, type Tensors } from "../../lib/capture/mod.ts";
import { compileOnWebGPU } from "../../lib/capture/webgpu/compile_on_webgpu.ts";
import { checkDevice, deviceFailure, openDevice, tensorCount } from "../../lib/device/mod.ts";
import { CaptureRefused } from "../../lib/errors/capture_refused.ts";
import { ShaderFailed } from "../../lib/errors/shader_failed.ts";
import { ignoreWebgpu, normals, tensorOf } from "../backends.ts";
import { type FailingGpu, failingGpu } from "../device/_failing_gpu.ts";

const inputsOf = (seed: number): Tensors => ({ x: tensorOf(normals(seed, [30, 40])[0]!) });
const squares: TensorFunction = ({ x }) => ({ sum: tf.sum(tf.mul(tf.square(x!), 3)), next: tf.sub(x!, 1) });

function onFailingGpu(title: string, body: (gpu: FailingGpu) => Effect.Effect<void, unknown>): void {
  const gpu = failingGpu();
  Deno.test(
    title,
    { ignore: ignoreWebgpu },
    () => Effect.runPromise(Effect.scoped(Effect.andThen(openDevice("webgpu", { gpu: gpu.source }), body(gpu)))),
  );
}

/** Lets so many more buffers be made. */
function leave(gpu: FailingGpu, buffers: number): void {
  const last = gpu.asked + buffers;
  gpu.exhausted = () => gpu.asked > last;
}

/** A function that says when it has been called so often: eagerly twice, then for two recordings, then never again. */
function calledTimes(times: number, then: () => void): TensorFunction {
  let calls = 0;
  return (inputs) => {
    if (++calls === times) then();
    return squares(inputs);
  };
}

onFailingGpu(
  "compile() refuses wherever memory ends while it makes a replay, the rest goes on, and no tensor is kept",
  (gpu) =>
    Effect.gen(function* () {
      const examples = [inputsOf(1), inputsOf(2)] as const;
      const first = yield* compileOnWebGPU("squares", squares, examples);
      first.dispose();
      let buffers = 0;
      for (let done = false; !done; buffers++) {
        const tensors = tensorCount(), held = gpu.held;
        const fn = calledTimes(4, () => leave(gpu, buffers));
        const tried = yield* Effect.exit(compileOnWebGPU("squares", fn, examples));
        gpu.exhausted = () => false;
        if (tried._tag === "Success") {
          tried.value.dispose();
          done = true;
        } else {
          const refused = yield* Effect.flip(tried);
          assertInstanceOf(refused, CaptureRefused, String(refused));
          assertStringIncludes(refused.message, "GPUOutOfMemoryError");
          assertEquals([refused.where, tensorCount()], ["its first replay", tensors]);
        }
        assert(gpu.held <= held, `${gpu.held} bytes are held, ${held} before`);
        yield* deviceFailure; // the GPU is as it was
      }
      assert(buffers > 4, `${buffers} buffers`);
      const found = yield* Effect.promise(() => squares(examples[0])["sum"]!.data());
      assert(found[0]! > 0);
    }),
);

onFailingGpu(
  "compile() refuses, and checkDevice tells, when memory ends while the function runs eagerly",
  (gpu) =>
    Effect.gen(function* () {
      const fn = calledTimes(2, () => gpu.exhausted = () => true);
      const refused = yield* Effect.flip(compile("squares", fn, [inputsOf(1), inputsOf(2)]));
      assertInstanceOf(refused, CaptureRefused);
      const failure = yield* Effect.flip(deviceFailure);
      assertInstanceOf(failure, ShaderFailed);
      assertStringIncludes(failure.message, "use fewer tasks per iteration");
    }),
);

onFailingGpu(
  "a replay whose results find no memory does not throw, and checkDevice tells",
  (gpu) =>
    Effect.gen(function* () {
      const compiled = yield* compileOnWebGPU("squares", squares, [inputsOf(1), inputsOf(2)]);
      for (let run = 0; run < 20; run++) tf.dispose(compiled.run(inputsOf(run)) as tf.NamedTensorMap);
      yield* checkDevice;
      gpu.exhausted = () => true;
      const inputs = inputsOf(1), { asked } = gpu;
      for (let run = 0; run < 100 && gpu.asked < asked + 5; run++) compiled.run(inputs); // the first find old buffers
      const failure = yield* Effect.flip(deviceFailure);
      assertInstanceOf(failure, ShaderFailed);
      assertEquals(failure.kind, "GPUOutOfMemoryError");
      compiled.dispose();
    }),
);
