import { Effect } from "effect";
import { DeviceLost } from "../errors/device_lost.ts";
import { ShaderFailed } from "../errors/shader_failed.ts";

/** The first failure of the GPU in use. Module state, since tfjs too has one current backend per process. */
let failure: DeviceLost | ShaderFailed | undefined;

/**
 * Fails if the GPU in use was lost or has refused work since it was opened, and stays failed until another is opened.
 * WebGPU tells of neither by throwing: results become zeros. A flag is looked at, so call it once per iteration, after
 * the iteration's results have arrived. Always succeeds on wasm and cpu.
 */
export const checkDevice: Effect.Effect<void, DeviceLost | ShaderFailed> = Effect.suspend(() =>
  failure === undefined ? Effect.void : Effect.fail(failure)
);

/** {@linkcode checkDevice}, once the event of a failure has come: it comes after calls that fail of it. */
export const deviceFailure: Effect.Effect<void, DeviceLost | ShaderFailed> = Effect.andThen(
  Effect.sleep(20),
  checkDevice,
);

/**
 * Work that fails as {@linkcode checkDevice} does where the GPU failed meanwhile: tfjs throws what it meets on a device
 * that is gone, or gives zeros.
 */
export function withDeviceFailures<A, E, R>(
  work: Effect.Effect<A, E, R>,
): Effect.Effect<A, E | DeviceLost | ShaderFailed, R> {
  const told = Effect.catchDefect(work, (defect) => Effect.andThen(deviceFailure, Effect.die(defect)));
  return Effect.tap(told, () => checkDevice);
}

/** Starts to listen to this device, forgets earlier failures, and answers how to stop. */
export function watchDevice(device: GPUDevice, adapter: string): () => void {
  let watching = true;
  failure = undefined;
  const note = (found: DeviceLost | ShaderFailed): void => {
    if (watching) failure ??= found;
  };
  const onError = (event: Event): void => {
    const { error } = event as GPUUncapturedErrorEvent;
    event.preventDefault();
    note(new ShaderFailed({ adapter, kind: error.constructor.name, detail: error.message }));
  };
  device.addEventListener("uncapturederror", onError);
  device.lost.then(({ reason, message }) => note(new DeviceLost({ adapter, reason, detail: message })));
  return () => {
    watching = false;
    failure = undefined;
    device.removeEventListener("uncapturederror", onError);
  };
}
