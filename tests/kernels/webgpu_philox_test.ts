import * as tf from "@tensorflow/tfjs";
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { philoxPlace } from "../../lib/kernels/webgpu/philox_normals.ts";
import { keyFor, normals, purpose } from "../../lib/random/mod.ts";
import { QUANTILES } from "../../lib/random/quantiles.ts";
import { onEveryBackend } from "../backends.ts";

onEveryBackend(
  "AmortizePhiloxNormals draws the bits of normals(), from any element of any stream",
  async ({ runs: numRuns }) => {
    const quantiles = tf.tensor1d(QUANTILES, "int32");
    const seeds = fc.maxSafeNat(), iterations = fc.nat(), firsts = fc.oneof(fc.nat(9), fc.constant(2 ** 33 + 1));
    await fc.assert(
      fc.asyncProperty(
        seeds,
        iterations,
        firsts,
        fc.constantFrom(1, 6, 4099),
        async (seed, iteration, first, count) => {
          const key = purpose(keyFor(seed, "training", iteration), "x"),
            place = tf.tensor1d(philoxPlace(key, first), "int32");
          const z = tf.engine().runKernel("AmortizePhiloxNormals", { place, quantiles }, { count }) as tf.Tensor;
          const found = await z.data<"float32">();
          tf.dispose([place, z]);
          const wanted = normals(key, count, first);
          assertEquals(new Uint32Array(found.slice().buffer), new Uint32Array(wanted.slice().buffer));
        },
      ),
      { numRuns: 2 * numRuns },
    );
    quantiles.dispose();
  },
  { backends: ["webgpu"], kernels: registerKernels },
);
