import * as tf from "@tensorflow/tfjs";
import { Effect, Layer, type Scope } from "effect";
import { DeviceUnavailable } from "../errors/device_unavailable.ts";
import { openCpu, openWasm } from "./_open_host.ts";
import { type AdapterSource, openWebgpu } from "./_open_webgpu.ts";
import { Device, type DeviceName } from "./device.ts";

/** What a person may ask for. */
export type DeviceChoice = "auto" | DeviceName;

/** How to open a device. */
export interface DeviceOptions {
  /** Whether `webgpu` may be a software adapter; true unless said, since it was asked for by name. */
  readonly allowSoftware?: boolean;
  /** Called once the backend is current, before anything runs on it: registers kernels. */
  readonly kernels?: (name: DeviceName) => Promise<void> | void;
  /** Where GPU adapters come from; `navigator.gpu` unless given. */
  readonly gpu?: AdapterSource;
}

/**
 * Makes a device current in tfjs until the scope closes. `auto` takes wasm, and cpu where wasm cannot start; a name
 * takes that device or fails with {@linkcode DeviceUnavailable}, which says what to do. Closing the scope destroys a
 * GPU device and all tensors on it; wasm and cpu belong to the process and stay.
 *
 * @example A device for the length of a scope
 * ```ts
 * import { openDevice } from "@amortize/core/device";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 *
 * const program = Effect.map(openDevice("cpu"), ({ name }) => name);
 * assertEquals(await Effect.runPromise(Effect.scoped(program)), "cpu");
 * ```
 */
export function openDevice(
  choice: DeviceChoice,
  options: DeviceOptions = {},
): Effect.Effect<Device, DeviceUnavailable, Scope.Scope> {
  return Effect.gen(function* () {
    tf.enableProdMode(); // silences tfjs's banners
    const device = yield* open(choice, options);
    yield* Effect.tryPromise({
      try: async () => await options.kernels?.(device.name),
      catch: (cause) =>
        new DeviceUnavailable({
          choice: device.name,
          reason: `its kernels could not be registered (${cause})`,
          remedy: "choose another device, and report this text",
          cause,
        }),
    });
    return device;
  });
}

/** {@linkcode openDevice} as a layer: provide it once, at the edge of a program. */
export function deviceLayer(
  choice: DeviceChoice,
  options: DeviceOptions = {},
): Layer.Layer<Device, DeviceUnavailable> {
  return Layer.effect(Device, openDevice(choice, options));
}

function open(choice: DeviceChoice, options: DeviceOptions): Effect.Effect<Device, DeviceUnavailable, Scope.Scope> {
  switch (choice) {
    case "webgpu":
      return openWebgpu(options.gpu ?? globalThis.navigator?.gpu, options.allowSoftware ?? true);
    case "wasm":
      return openWasm;
    case "cpu":
      return openCpu;
    case "auto":
      return openWasm.pipe(
        Effect.map((device): Device => ({ ...device, why: "auto takes the processor; --device webgpu takes the GPU" })),
        Effect.catch(({ reason, remedy }) =>
          Effect.map(openCpu, (device): Device => ({ ...device, why: `wasm could not start: ${reason}: ${remedy}` }))
        ),
      );
  }
}
