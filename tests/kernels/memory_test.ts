import * as tf from "@tensorflow/tfjs";
import { assert, assertEquals } from "@std/assert";
import { openWasm, withAndWithoutBlas } from "./_wasm.ts";

interface WithMemory {
  readonly wasm: { readonly asm: { readonly memory: WebAssembly.Memory } };
}

function heapBytes(): number {
  return (tf.backend() as unknown as WithMemory).wasm.asm.memory.buffer.byteLength;
}

withAndWithoutBlas("Kernels go on when the wasm memory grows", () => {
  const run = (): number[] =>
    tf.tidy(() => {
      const x = tf.range(0, 40 * 40).reshape([40, 40]).div(1600) as tf.Tensor2D;
      const qkv = x.reshape([2, 10, 80]).tile([1, 1, 3]) as tf.Tensor3D, mask = tf.ones([1, 10, 10], "bool");
      const [output] = tf.engine().runKernel("AmortizeAttention", { qkv, mask }, {
        heads: 2,
      }) as unknown as tf.Tensor[];
      return [...x.matMul(x, true).sum(0).dataSync(), ...output!.dataSync()];
    });
  const before = run(), bytes = heapBytes();
  const filler: tf.Tensor[] = [];
  while (heapBytes() === bytes) filler.push(tf.zeros([4 << 20]));
  assertEquals(run(), before);
  tf.dispose(filler);
  assertEquals(run(), before);
});

Deno.test("A kernel whose result makes the memory grow finds its inputs again", async () => {
  await openWasm();
  tf.tidy(() => {
    const bytes = heapBytes(), ones = tf.ones([1, 1]) as tf.Tensor2D;
    let n = 1 << 20;
    while (heapBytes() === bytes) {
      const y = tf.matMul(tf.fill([n, 1], 2) as tf.Tensor2D, ones);
      assertEquals(y.sum().dataSync()[0], 2 * n);
      n *= 2;
    }
    assert(heapBytes() > bytes);
  });
});

Deno.test("Kernels find the memory of a backend that was removed and opened again", async () => {
  await openWasm();
  const product = (): number[] => tf.tidy(() => [...tf.matMul(tf.ones([3, 4]), tf.ones([4, 2])).dataSync()]);
  const before = product();
  const factory = tf.findBackendFactory("wasm");
  tf.removeBackend("wasm");
  tf.registerBackend("wasm", factory, 2);
  await openWasm();
  assertEquals(product(), before);
});
