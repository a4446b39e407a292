import { assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { TensorFunction, Tensors } from "../../lib/capture/compiled.ts";
import { compileOnWebGPU } from "../../lib/capture/webgpu/compile_on_webgpu.ts";
import { checkDevice, openDevice } from "../../lib/device/mod.ts";
import { currentGpu } from "../../lib/device/webgpu_tensors.ts";
import { DeviceLost } from "../../lib/errors/device_lost.ts";
import { ShaderFailed } from "../../lib/errors/shader_failed.ts";
import { ignoreWebgpu, normals, tensorOf } from "../backends.ts";
import { type FailingGpu, failingGpu } from "../device/_failing_gpu.ts";

const inputsOf = (seed: number): Tensors => ({ x: tensorOf(normals(seed, [3, 4])[0]!) });
const squares: TensorFunction = ({ x }) => ({ sum: tf.sum(tf.square(x!)) });

/** What checkDevice says once the events of the device have come. */
const told = Effect.andThen(Effect.sleep(50), Effect.flip(checkDevice));

function onWebgpu(title: string, body: Effect.Effect<void, unknown>, gpu?: FailingGpu): void {
  const options = gpu === undefined ? {} : { gpu: gpu.source };
  Deno.test(
    title,
    { ignore: ignoreWebgpu },
    () => Effect.runPromise(Effect.scoped(Effect.andThen(openDevice("webgpu", options), body))),
  );
}

onWebgpu(
  "a replay on a device that was lost does not throw, and checkDevice tells of the loss",
  Effect.gen(function* () {
    const compiled = yield* compileOnWebGPU("squares", squares, [inputsOf(1), inputsOf(2)]);
    compiled.run(inputsOf(3));
    currentGpu().destroy();
    for (let run = 0; run < 3; run++) compiled.run(inputsOf(4 + run));
    const failure = yield* told;
    assertInstanceOf(failure, DeviceLost);
    assertEquals(failure.reason, "destroyed");
    compiled.dispose();
  }),
);

for (const [when, call] of [["runs eagerly", 1], ["is recorded", 3]] as const) {
  onWebgpu(
    `compileOnWebGPU() fails with DeviceLost when the device goes while the function ${when}`,
    Effect.gen(function* () {
      let calls = 0;
      const destroying: TensorFunction = (inputs) => {
        if (++calls === call) currentGpu().destroy();
        return squares(inputs);
      };
      const failure = yield* Effect.flip(compileOnWebGPU("squares", destroying, [inputsOf(1), inputsOf(2)]));
      assertInstanceOf(failure, DeviceLost);
    }),
  );
}

for (const [when, call] of [["runs eagerly", 2], ["is recorded", 3]] as const) {
  onWebgpu(
    `compileOnWebGPU() fails with ShaderFailed when WebGPU refuses a shader while the function ${when}`,
    Effect.gen(function* () {
      let calls = 0;
      const misspelt: TensorFunction = (inputs) => {
        if (++calls === call) currentGpu().createShaderModule({ code: "fn main() { nonsense }" });
        return squares(inputs);
      };
      const failure = yield* Effect.flip(compileOnWebGPU("squares", misspelt, [inputsOf(1), inputsOf(2)]));
      assertInstanceOf(failure, ShaderFailed);
      assertEquals(failure.kind, "GPUValidationError");
    }),
  );
}

const gpu = failingGpu();
onWebgpu(
  "compileOnWebGPU() fails with DeviceLost when the device goes while the first replay is made ready",
  Effect.gen(function* () {
    let calls = 0;
    const last: TensorFunction = (inputs) => {
      if (++calls === 4) {
        gpu.exhausted = () => {
          currentGpu().destroy();
          return false;
        };
      }
      return squares(inputs);
    };
    const failure = yield* Effect.flip(compileOnWebGPU("squares", last, [inputsOf(1), inputsOf(2)]));
    assertInstanceOf(failure, DeviceLost);
    assertEquals([failure.reason, calls], ["destroyed", 4]);
  }),
  gpu,
);

onWebgpu(
  "compileOnWebGPU() refuses when the first replay is refused, and the device stays in order",
  Effect.gen(function* () {
    const gpu = currentGpu();
    let calls = 0;
    // A kernel of which only recordings can have so many work-groups.
    const tooMany: TensorFunction = ({ x }) => {
      const sum = tf.sum(tf.square(x!));
      if (++calls < 3) return { sum };
      const { commandEncoder, computePassEncoder } = tf.backend() as unknown as {
        commandEncoder: GPUCommandEncoder;
        computePassEncoder: GPUComputePassEncoder | null;
      };
      const pass = computePassEncoder ?? commandEncoder.beginComputePass();
      pass.dispatchWorkgroups(gpu.limits.maxComputeWorkgroupsPerDimension + 1);
      return { sum };
    };
    const refused = yield* Effect.flip(compileOnWebGPU("too many", tooMany, [inputsOf(1), inputsOf(2)]));
    assertEquals(refused._tag, "CaptureRefused");
    assertStringIncludes(refused.message, "GPUValidationError");
    yield* checkDevice;
  }),
);
