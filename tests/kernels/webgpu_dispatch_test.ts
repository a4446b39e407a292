import * as tf from "@tensorflow/tfjs";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import manifest from "../../deno.json" with { type: "json" };
import { registerKernels } from "../../lib/kernels/mod.ts";
import { dispatch, type WebgpuBackend, webgpuFields } from "../../lib/kernels/webgpu/dispatch.ts";
import { gridOf } from "../../lib/kernels/webgpu/program.ts";
import { elementwise } from "../../lib/kernels/webgpu/elementwise.ts";
import { onEveryBackend } from "../backends.ts";

const onWebgpu = { backends: ["webgpu"], kernels: registerKernels } as const;

onEveryBackend("dispatch() knows fields that tfjs's WebGPU backend of the pinned version has", () => {
  assertEquals(manifest.imports["@tensorflow/tfjs-backend-webgpu"], "npm:@tensorflow/tfjs-backend-webgpu@4.22.0");
  const backend = tf.backend() as unknown as Record<string, unknown>;
  for (const field of webgpuFields.fields) assert(backend[field] !== undefined, field);
  for (const field of webgpuFields.late) assert(field in backend, field);
  for (const method of webgpuFields.methods) assertInstanceOf(backend[method], Function, method);
}, onWebgpu);

onEveryBackend(
  "dispatch() runs in order among tfjs's own programs, in place, and what was read before is read anew",
  async () => {
    const x = tf.tensor1d([1, 2, 3]), double = x.mul(2);
    const before = [...await double.data()];
    dispatch(tf.backend() as unknown as WebgpuBackend, addOne(double));
    const after = double.mul(10);
    assertEquals([before, [...await double.data()], [...await after.data()]], [[2, 4, 6], [3, 5, 7], [30, 50, 70]]);
    tf.dispose([x, double, after]);
  },
  onWebgpu,
);

onEveryBackend("dispatch() reaches every element where the groups exceed a row of the grid", async () => {
  const size = 64 * 32_768 + 65, x = tf.zeros([size]), first = x.add(0);
  dispatch(tf.backend() as unknown as WebgpuBackend, addOne(first));
  const sum = first.sum();
  assertEquals(gridOf(size / 64), [32_768, 2]);
  assertEquals((await sum.data())[0], size);
  tf.dispose([x, first, sum]);
}, onWebgpu);

onEveryBackend("dispatch() keeps tfjs's rule of when a batch is submitted", () => {
  const backend = tf.backend() as unknown as WebgpuBackend, x = tf.zeros([3]).add(0);
  backend.endComputePassEncoder();
  backend.submitQueue();
  const batch = Number(tf.env().get("WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE")), counts: number[] = [];
  for (let i = 0; i < batch; i++) {
    dispatch(backend, addOne(x));
    counts.push(backend.dispatchCountInPass);
  }
  assertEquals(counts, [...Array(batch - 1).keys()].map((i) => i + 1).concat(0));
  x.dispose();
}, onWebgpu);

function addOne(x: tf.Tensor) {
  return elementwise({ key: "addOne", reads: {}, writes: { x }, size: x.size, text: "x[i] += 1.0;" });
}
