import { assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { compile, type TensorFunction, type Tensors } from "../../lib/capture/mod.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { drawNormals } from "../../lib/ops/mod.ts";
import { drawPlace, keyFor, normals } from "../../lib/random/mod.ts";
import { onEveryBackend } from "../backends.ts";

const count = 70;

/** Noise of an iteration, twice. */
const noise: TensorFunction = ({ place }) => ({ z: drawNormals(place!, count), twice: drawNormals(place!, 4).mul(2) });

function at(iteration: number): Tensors {
  return { place: tf.tensor1d(drawPlace(keyFor(5, "training", iteration)), "int32") };
}

onEveryBackend(
  "drawNormals() in a recorded function draws the numbers of the iteration that each replay is given",
  async () => {
    const compiled = await Effect.runPromise(compile("noise", noise, [at(0), at(1)]));
    let before: Float32Array | undefined;
    for (const iteration of [1, 7, 2 ** 32 - 1, 7]) {
      const { z, twice } = compiled.run(at(iteration));
      const wanted = normals(keyFor(5, "training", iteration), count), found = await z!.data<"float32">();
      assertEquals(found.slice(), wanted);
      assertEquals([...await twice!.data()], [...wanted.subarray(0, 4)].map((z) => 2 * z));
      if (before !== undefined) assertNotEquals(found.slice(), before);
      before = found.slice();
    }
    compiled.dispose();
  },
  { backends: ["wasm", "webgpu"], kernels: registerKernels },
);

onEveryBackend("compile() refuses a place made of numbers of JavaScript that change", async () => {
  let iteration = 0;
  const counting: TensorFunction = () => noise(at(iteration++));
  const refused = await Effect.runPromise(Effect.flip(compile("noise", counting, [at(0), at(1)])));
  assertMatch(refused.where, /philoxNormals/i);
  assertStringIncludes(refused.found, "constant");
}, { backends: ["wasm", "webgpu"], kernels: registerKernels });
