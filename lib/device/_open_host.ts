import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { Effect } from "effect";
import { DeviceUnavailable } from "../errors/device_unavailable.ts";
import { capturedConsole } from "./_captured_console.ts";
import type { Device } from "./device.ts";

/** Makes wasm current. It belongs to the process: nothing is released. */
export const openWasm: Effect.Effect<Device, DeviceUnavailable> = Effect.gen(function* () {
  // tfjs answers false, and emscripten prints why
  const { value: started, lines } = yield* Effect.promise(() => capturedConsole(() => tf.setBackend("wasm")));
  if (!started) return yield* Effect.fail(wasmFailed(lines));
  return { name: "wasm", why: "asked for", description: "wasm" };
});

/** Makes plain JavaScript current: slow, and always there. */
export const openCpu: Effect.Effect<Device> = Effect.gen(function* () {
  yield* Effect.promise(() => tf.setBackend("cpu"));
  return { name: "cpu", why: "asked for", description: "cpu (plain JavaScript, slow)" };
});

function wasmFailed(lines: readonly string[]): DeviceUnavailable {
  const said = lines[0] ?? "tfjs gave no reason";
  const forbidden = /NotCapable: (Requires read access to "(?:[^"]*)")/.exec(said);
  return new DeviceUnavailable({
    choice: "wasm",
    reason: forbidden ? `not allowed to read its module: ${forbidden[1]}` : said,
    remedy: forbidden
      ? "add --allow-read=node_modules (or the folder named here), or use --device cpu"
      : "run deno install, so that node_modules holds @tensorflow/tfjs-backend-wasm, or use --device cpu",
  });
}
