import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { backendBytes, tensorCount } from "../../lib/device/mod.ts";
import { onEveryBackend } from "../backends.ts";

onEveryBackend("tensorCount() and backendBytes() see a tensor come, and the count sees it go", async () => {
  const [count, bytes] = [tensorCount(), backendBytes()];
  const tensor = tf.ones([1 << 23]); // 32 MiB, more than wasm's heap starts with
  const doubled = tf.add(tensor, tensor);
  await doubled.data();
  assertEquals(tensorCount(), count + 2);
  assert(backendBytes() >= bytes + 4 * (1 << 23), "bytes grow");
  tf.dispose([tensor, doubled]);
  assertEquals(tensorCount(), count);
});
