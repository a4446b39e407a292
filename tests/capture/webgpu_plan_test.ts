import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
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
  for (const name of ["commandEncoder", "computePassEncoder"]) assertEquals(backend[name], null, name);
  assertEquals(typeof engine["startScope"], "function");
  const tensor = tf.tensor1d([1, 2]), data = (backend["tensorMap"] as Map<object, object>).get(tensor.dataId)!;
  assertEquals(Object.keys(data).sort(), ["dtype", "refCount", "shape", "values"]);
  tensor.dispose();
  assertThrows(() => GPUBuffer.prototype.size); // stand-ins shadow its getters
}, { backends: ["webgpu"] });
