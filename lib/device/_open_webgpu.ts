import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { Effect, type Scope } from "effect";
import { DeviceUnavailable } from "../errors/device_unavailable.ts";
import { recordableDevice } from "./_recordable_device.ts";
import { watchDevice } from "./check_device.ts";
import type { Device } from "./device.ts";

/** tfjs's own tries to read through a canvas, which Deno has not. */
class Backend extends WebGPUBackend {
  override readSync(id: tf.DataId): ReturnType<WebGPUBackend["readSync"]> {
    const { values } = this.tensorMap.get(id) as { readonly values: ReturnType<WebGPUBackend["readSync"]> | null };
    if (values != null) return values;
    throw new Error("Cannot read a tensor at once on webgpu: await data() or array(), not dataSync() or arraySync()");
  }
}

/** Where adapters come from; `navigator.gpu` fits. */
export type AdapterSource = Pick<GPU, "requestAdapter">;

interface Opened {
  readonly gpu: GPUDevice;
  readonly adapter: string;
  readonly software: boolean;
}

/** Gives tfjs a GPU device of our own, with all that the adapter allows, until the scope closes. */
export function openWebgpu(
  source: AdapterSource | undefined,
  allowSoftware: boolean,
): Effect.Effect<Device, DeviceUnavailable, Scope.Scope> {
  return Effect.gen(function* () {
    const { gpu, adapter, software } = yield* Effect.acquireRelease(
      request(source, allowSoftware),
      ({ gpu }) => Effect.sync(() => gpu.destroy()),
    );
    yield* Effect.acquireRelease(Effect.sync(() => watchDevice(gpu, adapter)), (stop) => Effect.sync(stop));
    yield* Effect.acquireRelease(register(gpu, adapter), (undo) => Effect.promise(undo));
    const why = software ? "asked for; this adapter is software, far slower than wasm" : "asked for";
    return { name: "webgpu", adapter, why, description: `webgpu (${adapter}${software ? ", software" : ""})` };
  });
}

function request(source: AdapterSource | undefined, allowSoftware: boolean): Effect.Effect<Opened, DeviceUnavailable> {
  return Effect.gen(function* () {
    if (source === undefined) return yield* unavailable("this runtime has no WebGPU", "use Deno 2, or --device wasm");
    const adapter = yield* attempt(() => source.requestAdapter({ powerPreference: "high-performance" }));
    if (!adapter) {
      const drivers = "install a Vulkan driver (Debian: libvulkan1 and mesa-vulkan-drivers), or use --device wasm";
      return yield* unavailable("no GPU adapter was found", drivers);
    }
    const { info } = adapter;
    const name = info.description || [info.vendor, info.architecture, info.device].filter(Boolean).join(" ");
    const software = isSoftware(info);
    if (software && !allowSoftware) {
      return yield* unavailable(`the only adapter, "${name}", is software`, "use --device wasm, which is faster");
    }
    const gpu = yield* attempt(() => adapter.requestDevice({ requiredLimits: allLimits(adapter.limits) }));
    return { gpu, adapter: name || "unnamed adapter", software };
  });
}

/** Chrome and Deno mark software by a flag that older standards lack; the known ones also say their names. */
function isSoftware(info: GPUAdapterInfo): boolean {
  const flagged = (info as { readonly isFallbackAdapter?: boolean }).isFallbackAdapter === true;
  return flagged || /llvmpipe|lavapipe|swiftshader|basic render/i.test(info.description);
}

/** tfjs asks for few limits; kernels want, say, more than 8 storage buffers. Limits are inherited getters. */
function allLimits(limits: GPUSupportedLimits): Record<string, number> {
  const all: Record<string, number> = {};
  for (const name in limits) all[name] = Number(limits[name as keyof GPUSupportedLimits]);
  return all;
}

/** Answers how to undo it: the backend that was current before becomes so again. */
function register(gpu: GPUDevice, adapter: string): Effect.Effect<() => Promise<void>, DeviceUnavailable> {
  const before = tf.getBackend();
  return attempt(async () => {
    removeWebgpu();
    tf.env().set("WEBGPU_CPU_FORWARD", false); // small operations would silently run on the CPU
    tf.registerBackend("webgpu", () => new Backend(recordableDevice(gpu), { description: adapter } as never), 3);
    if (!await tf.setBackend("webgpu")) throw new Error("tfjs could not start on it");
    return async () => {
      removeWebgpu();
      if (tf.findBackendFactory(before) != null) await tf.setBackend(before);
    };
  });
}

function removeWebgpu(): void {
  if (tf.findBackendFactory("webgpu") != null) tf.removeBackend("webgpu");
}

function attempt<A>(run: () => Promise<A>): Effect.Effect<A, DeviceUnavailable> {
  return Effect.tryPromise({ try: run, catch: (cause) => failed(String(cause), "use --device wasm", cause) });
}

function unavailable(reason: string, remedy: string): Effect.Effect<never, DeviceUnavailable> {
  return Effect.fail(failed(reason, remedy));
}

function failed(reason: string, remedy: string, cause?: unknown): DeviceUnavailable {
  return new DeviceUnavailable({ choice: "webgpu", reason, remedy, cause });
}
