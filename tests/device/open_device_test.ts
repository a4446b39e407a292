import { assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Effect, type Scope } from "effect";
import { DeviceUnavailable } from "../../lib/errors/device_unavailable.ts";
import { Device, deviceLayer, type DeviceName, openDevice } from "../../lib/device/mod.ts";
import { ignoreWebgpu } from "../backends.ts";

const inScope = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(effect));

/** What a failed opening says. */
async function refusal(effect: Effect.Effect<Device, DeviceUnavailable, Scope.Scope>): Promise<DeviceUnavailable> {
  const error = await assertRejects(() => inScope(effect));
  assertInstanceOf(error, DeviceUnavailable);
  return error;
}

Deno.test("openDevice() makes what was asked for current, and says why", async () => {
  for (const name of ["cpu", "wasm"] as const) {
    const device = await inScope(openDevice(name));
    assertEquals([device.name, device.why, tf.getBackend()], [name, "asked for", name]);
    const tensor = tf.tensor1d([1, 2]);
    assertEquals([...await tensor.data()], [1, 2]);
    tensor.dispose();
  }
});

Deno.test("openDevice() takes wasm for auto", async () => {
  const device = await inScope(openDevice("auto"));
  assertEquals(device.name, "wasm");
  assertStringIncludes(device.why, "auto");
});

Deno.test("openDevice() gives tfjs all the adapter allows, names a software adapter, and puts wasm back after", {
  ignore: ignoreWebgpu,
}, async () => {
  await inScope(openDevice("wasm"));
  const adapter = (await navigator.gpu.requestAdapter())!;
  await inScope(Effect.gen(function* () {
    const device = yield* openDevice("webgpu");
    assertEquals([device.name, device.adapter, tf.getBackend()], ["webgpu", adapter.info.description, "webgpu"]);
    assertEquals(device.why.includes("software"), adapter.info.isFallbackAdapter);
    const { device: gpu } = tf.backend() as unknown as { device: GPUDevice };
    const limit = "maxStorageBuffersPerShaderStage";
    assertEquals(gpu.limits[limit], adapter.limits[limit]);
    assertEquals(tf.env().getBool("WEBGPU_CPU_FORWARD"), false);
  }));
  assertEquals(tf.getBackend(), "wasm");
});

Deno.test("openDevice() refuses a missing adapter and names the packages that bring one", async () => {
  const error = await refusal(openDevice("webgpu", { gpu: { requestAdapter: () => Promise.resolve(null) } }));
  assertEquals(error.reason, "no GPU adapter was found");
  assertStringIncludes(error.message, "mesa-vulkan-drivers");
});

Deno.test("openDevice() passes on why an adapter gives no device", async () => {
  const adapter = {
    info: { description: "toy" },
    limits: {},
    requestDevice: () => Promise.reject(new Error("too hot")),
  };
  const error = await refusal(
    openDevice("webgpu", { gpu: { requestAdapter: () => Promise.resolve(adapter as never) } }),
  );
  assertStringIncludes(error.reason, "too hot");
});

Deno.test("openDevice() refuses a software adapter where that is not allowed", { ignore: ignoreWebgpu }, async () => {
  const adapter = { info: { description: "llvmpipe (LLVM 15)" }, limits: {} };
  const gpu = { requestAdapter: () => Promise.resolve(adapter as never) };
  assertStringIncludes((await refusal(openDevice("webgpu", { gpu, allowSoftware: false }))).reason, "software");
});

Deno.test("openDevice() registers kernels once the backend is current, and fails if that fails", async () => {
  const seen: [DeviceName, string][] = [];
  await inScope(openDevice("wasm", { kernels: (name) => void seen.push([name, tf.getBackend()]) }));
  assertEquals(seen, [["wasm", "wasm"]]);
  const kernels = () => Promise.reject(new Error("no memory"));
  assertStringIncludes((await refusal(openDevice("cpu", { kernels }))).message, "no memory");
});

Deno.test("deviceLayer() provides the service Device", { ignore: ignoreWebgpu }, async () => {
  const name = Effect.map(Device, (device) => device.name);
  assertEquals(await Effect.runPromise(Effect.provide(name, deviceLayer("cpu"))), "cpu");
});

/** Opens a device in a fresh process that has no permissions. */
async function withoutPermissions(choice: string): Promise<{ out: string; err: string }> {
  const code = `import { Effect } from "effect";
    import { openDevice } from "${new URL("../../lib/device/mod.ts", import.meta.url).href}";
    const refused = Effect.catch((error) => Effect.succeed({ refused: error.message }));
    console.log(JSON.stringify(await Effect.runPromise(openDevice("${choice}").pipe(Effect.scoped, refused))));`;
  const piped = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(Deno.execPath(), { args: ["run", "--no-check", "-"], ...piped }).spawn();
  await new Blob([code]).stream().pipeTo(child.stdin);
  const { stdout, stderr } = await child.output();
  return { out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

Deno.test("openDevice() without leave to read refuses wasm with the flag that helps, and prints nothing", async () => {
  const { out, err } = await withoutPermissions("wasm");
  assertStringIncludes(JSON.parse(out).refused, "--allow-read=node_modules");
  assertEquals(err, "");
});

Deno.test("openDevice() without leave to read takes cpu for auto and says why", async () => {
  const { out, err } = await withoutPermissions("auto");
  const device: Device = JSON.parse(out);
  assertEquals(device.name, "cpu");
  assertStringIncludes(device.why, "not allowed to read");
  assertEquals(err, "");
});
