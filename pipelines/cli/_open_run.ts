import { Effect } from "effect";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { type Device, type DeviceChoice, openDevice } from "../../lib/device/mod.ts";
import { UnknownOption } from "../../lib/errors/unknown_option.ts";
import { decodeConfig, type JsonObject, readIdentity, type RunIdentity } from "../../lib/training/mod.ts";
import { type AnyPipeline, findPipeline } from "./_find_pipeline.ts";
import type { Arguments } from "./_options.ts";
import { say } from "./_terminal.ts";

const deviceChoices: readonly string[] = ["auto", "webgpu", "wasm", "cpu"] satisfies DeviceChoice[];

/** Opens the device that was asked for and says which it is and why. */
export function openChosenDevice(args: Arguments, recorded?: string) {
  return Effect.gen(function* () {
    const asked = args.value("device") ?? recorded ?? "auto";
    if (!deviceChoices.includes(asked)) {
      return yield* new UnknownOption({ kind: "device", found: asked, nearest: deviceChoices });
    }
    const device = yield* openDevice(asked as DeviceChoice, { kernels: registerKernels });
    yield* say(`device: ${device.description} (${device.why})`);
    return device;
  });
}

/** A run folder's identity, with its pipeline and configuration rebuilt. */
export function openRun(folder: string) {
  return Effect.gen(function* () {
    const identity = yield* readIdentity(folder);
    const { pipeline } = yield* findPipeline(identity.module);
    const config = yield* decodeConfig(pipeline, identity.config);
    return { identity, pipeline, config, built: pipeline.build(config) };
  });
}

/** What a line of sessions.jsonl holds about this start. */
export function sessionOf(device: Device, iteration: number): JsonObject {
  return {
    startedAt: new Date().toISOString(),
    deno: Deno.version.deno,
    tfjs: "4.22.0",
    device: device.name,
    adapter: device.adapter ?? null,
    description: device.description,
    iteration,
  };
}

export type { AnyPipeline, RunIdentity };
