import { assert, assertEquals, assertThrows } from "@std/assert";
import { Effect } from "effect";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import type { Tensors } from "../../lib/capture/compiled.ts";
import { compileOnWebGPU } from "../../lib/capture/webgpu/compile_on_webgpu.ts";
import { packed } from "../../lib/capture/webgpu/packed.ts";
import { type Lifetime, type Slots, slotsFor } from "../../lib/capture/webgpu/slots.ts";
import { writtenBindings } from "../../lib/device/_recordable_device.ts";
import { onEveryBackend } from "../backends.ts";

const lifetimes = fc.array(
  fc.record({ size: fc.integer({ min: 4, max: 64 }), first: fc.nat(20), length: fc.nat(20) }),
  { maxLength: 20 },
).map((all) => all.map(({ size, first, length }): Lifetime => ({ size, first, last: first + length })));

/** Whether no two lifetimes that overlap share a slot, and each fits. */
function holds(all: readonly Lifetime[], { slotOf, sizes }: Slots): boolean {
  return all.every((a, i) =>
    sizes[slotOf[i]!]! >= a.size &&
    all.every((b, j) => i === j || slotOf[i] !== slotOf[j] || a.last < b.first || b.last < a.first)
  );
}

Deno.test("slotsFor() gives lifetimes that overlap slots of their own, large enough", () =>
  fc.assert(fc.property(lifetimes, (all) => holds(all, slotsFor(all)))));

Deno.test("that property fails where a slot is taken in the very command that last needs it", () => {
  const eager = (all: readonly Lifetime[]): Slots => slotsFor(all.map((l) => ({ ...l, last: l.last - 1 })));
  assert(fc.check(fc.property(lifetimes, (all) => holds(all, eager(all)))).failed);
});

Deno.test("slotsFor() keeps a chain on two slots", () => {
  const chain = Array.from({ length: 9 }, (_, i): Lifetime => ({ size: 4 + i % 3, first: i, last: i + 1 }));
  assertEquals(slotsFor(chain).sizes.length, 2);
});

Deno.test("slotsFor() leaves large slots to large lifetimes that come later", () => {
  const all = [{ size: 64, first: 0, last: 2 }, { size: 4, first: 3, last: 9 }, { size: 64, first: 4, last: 6 }];
  assertEquals(slotsFor(all).sizes.reduce((sum, size) => sum + size), 68); // taken as they come it would be 128
});

Deno.test("packed() lays every piece at a multiple of the alignment, and equal ones once", () =>
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 9 }), (pieces) => {
    const { bytes, offsets } = packed(pieces, 16);
    for (const [i, piece] of pieces.entries()) {
      assertEquals(offsets[i]! % 16, 0);
      assertEquals([...bytes.subarray(offsets[i], offsets[i]! + piece.length)], [...piece]);
    }
    const different = new Set(pieces.map(String)).size;
    assert(bytes.length <= different * 16, `${bytes.length} bytes for ${different} pieces`);
  })));

Deno.test("writtenBindings() finds what WGSL may write, whatever the order of attributes", () => {
  const code = `@group(0) @binding(0) var<storage, read_write> a: array<f32>;
    @binding(1) @group(0) var<storage, read> b: array<f32>; @group(0) @binding(2) var<uniform> c: vec4<f32>;
    @binding(13)@group(0)var<storage,read_write>d: array<atomic<u32>>;`;
  assertEquals([...writtenBindings(code)], [0, 13]);
});

onEveryBackend("tfjs has the private fields that recording uses", () => {
  const backend = tf.backend() as unknown as Record<string, unknown>;
  const manager = backend["bufferManager"] as Record<string, unknown>;
  const engine = tf.engine() as unknown as Record<string, unknown>;
  for (const name of ["makeTensorInfo", "uploadToGPU", "endComputePassEncoder", "submitQueue", "read", "readSync"]) {
    assertEquals(typeof backend[name], "function", name);
    assert(!Object.hasOwn(backend, name), name); // what replaces it for a while is deleted afterwards
  }
  for (const name of ["acquireBuffer", "releaseBuffer"]) assertEquals(typeof manager[name], "function", name);
  for (const name of ["numFreeBuffers", "numBytesAllocated"]) assertEquals(typeof manager[name], "number", name);
  assertEquals(manager["freeBuffers"] instanceof Map, true);
  for (const name of ["commandEncoder", "computePassEncoder"]) assertEquals(backend[name], null, name);
  assertEquals(typeof engine["startScope"], "function");
  const tensor = tf.tensor1d([1, 2]), data = (backend["tensorMap"] as Map<object, object>).get(tensor.dataId)!;
  assertEquals(Object.keys(data).sort(), ["dtype", "refCount", "shape", "values"]);
  tensor.dispose();
  assertThrows(() => GPUBuffer.prototype.size); // stand-ins shadow its getters
}, { backends: ["webgpu"] });

onEveryBackend("compileOnWebGPU() leaves tfjs no buffers of what ran eagerly, and those in use stay", async () => {
  const manager =
    (tf.backend() as unknown as { readonly bufferManager: { readonly numFreeBuffers: number } }).bufferManager;
  const x = tf.tensor1d([1, 2]), kept = x.mul<tf.Tensor1D>(3);
  const fn = ({ x }: Tensors): Tensors => ({ y: tf.square(tf.square(x!)).add(1) });
  const compiled = await Effect.runPromise(compileOnWebGPU("powers", fn, [{ x }, { x: kept }]));
  assertEquals(manager.numFreeBuffers, 0);
  assertEquals([...await kept.data()], [3, 6]);
  assertEquals([...await kept.add(1).data()], [4, 7]);
  compiled.dispose();
}, { backends: ["webgpu"] });
