import { assertEquals, assertInstanceOf } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import { DeviceLost } from "../../lib/errors/device_lost.ts";
import { ShaderFailed } from "../../lib/errors/shader_failed.ts";
import { checkDevice, openDevice, withDeviceFailures } from "../../lib/device/mod.ts";
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

Deno.test("withDeviceFailures() tells of a GPU that is gone, whatever was thrown, and of nothing else", {
  ignore: ignoreWebgpu,
}, async () => {
  const thrown = new Error("an invalid buffer");
  const run = (destroyed: boolean, work: Effect.Effect<number>) =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      yield* openDevice("webgpu");
      const { device } = tf.backend() as unknown as { readonly device: GPUDevice };
      if (destroyed) device.destroy();
      return yield* withDeviceFailures(work).pipe(
        Effect.catchDefect(Effect.succeed),
        Effect.catch((failure) => Effect.succeed(failure)),
      );
    })));
  assertInstanceOf(await run(true, Effect.die(thrown)), DeviceLost);
  assertInstanceOf(await run(true, Effect.as(Effect.sleep(50), 1)), DeviceLost); // zeros, it might be
  assertEquals(await run(false, Effect.die(thrown)), thrown);
  assertEquals(await run(false, Effect.succeed(1)), 1);
});
