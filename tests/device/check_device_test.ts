import { assertEquals, assertInstanceOf } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import { DeviceLost } from "../../lib/errors/device_lost.ts";
import { ShaderFailed } from "../../lib/errors/shader_failed.ts";
import { checkDevice, openDevice } from "../../lib/device/mod.ts";
import { ignoreWebgpu } from "../backends.ts";

/** Opens webgpu, does something to it, and answers what checkDevice says after. */
function after(change: (gpu: GPUDevice) => void): Promise<DeviceLost | ShaderFailed | undefined> {
  return Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    yield* openDevice("webgpu");
    yield* checkDevice; // nothing is wrong yet
    const { device } = tf.backend() as unknown as { readonly device: GPUDevice };
    change(device);
    for (let waited = 0; waited < 2000; waited += 10) {
      const failure = yield* Effect.flip(checkDevice).pipe(Effect.catch(() => Effect.succeed(undefined)));
      if (failure !== undefined) return failure;
      yield* Effect.sleep(10);
    }
    return undefined;
  })));
}

Deno.test("checkDevice succeeds on a device in order, and forgets the failures of the one before", {
  ignore: ignoreWebgpu,
}, async () => {
  assertEquals(await after(() => {}), undefined);
});

Deno.test("checkDevice fails with DeviceLost once the device is destroyed", { ignore: ignoreWebgpu }, async () => {
  const failure = await after((gpu) => gpu.destroy());
  assertInstanceOf(failure, DeviceLost);
  assertEquals(failure.reason, "destroyed");
  await Effect.runPromise(checkDevice); // closed with its scope
});

Deno.test("checkDevice fails with ShaderFailed once WebGPU refused a shader", { ignore: ignoreWebgpu }, async () => {
  const failure = await after((gpu) => void gpu.createShaderModule({ code: "fn main() { nonsense }" }));
  assertInstanceOf(failure, ShaderFailed);
  assertEquals(failure.kind, "GPUValidationError");
  await Effect.runPromise(checkDevice);
});
