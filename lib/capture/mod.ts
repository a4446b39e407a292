/**
 * Functions of tensors recorded once and replayed: the kernels alone, in their order, with the bits of the function.
 *
 * @module
 */
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { CaptureRefused } from "../errors/capture_refused.ts";
import type { Compiled, TensorFunction, Tensors } from "./compiled.ts";
import { synchronous } from "./_synchronous.ts";
import { compileOnWasm } from "./wasm/compile_on_wasm.ts";
import { compileOnWebGPU, type CompileOptions } from "./webgpu/compile_on_webgpu.ts";

export type { Compiled, TensorFunction, Tensors } from "./compiled.ts";
export { compileOnWasm } from "./wasm/compile_on_wasm.ts";
export { compileOnWebGPU, type CompileOptions } from "./webgpu/compile_on_webgpu.ts";
export type { MemoryOf } from "./webgpu/buffers.ts";
export type { CompiledOnWebGPU } from "./webgpu/replay.ts";

/**
 * Records a function on the current backend. The two examples differ in all that may differ between runs: what does not
 * come in as an input is kept as it is now, and a `tf.Variable` from outside is refused. A recording has no gradient: take
 * it inside. The examples stay the caller's, who goes on with the function itself where this fails with
 * {@linkcode CaptureRefused}. Inputs named `inPlace` are not copied on webgpu, and results that it `reads` come without a
 * submit of their own; wasm, which copies none, lets none be changed and reads at once, does not look at these.
 *
 * @example A sum of squares
 * ```ts
 * import { compile } from "@amortize/core/capture";
 * import { openDevice } from "@amortize/core/device";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 * import * as tf from "@tensorflow/tfjs";
 *
 * await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
 *   yield* openDevice("wasm");
 *   const examples = [{ x: tf.tensor1d([1, 2]) }, { x: tf.tensor1d([3, 4]) }] as const;
 *   const compiled = yield* compile("squares", ({ x }) => ({ sum: x!.square().sum() }), examples);
 *   assertEquals(compiled.run({ x: tf.tensor1d([5, 6]) })["sum"]!.dataSync()[0], 61);
 *   compiled.dispose();
 * })));
 * ```
 */
export function compile(
  name: string,
  fn: TensorFunction,
  examples: readonly [Tensors, Tensors],
  options: CompileOptions = {},
): Effect.Effect<Compiled, CaptureRefused> {
  return Effect.suspend(() => {
    const [one, other] = examples, names = Object.keys(one);
    if (names.length > 0 && names.every((input) => one[input] === other[input])) {
      const found = "both are the same tensors, so that nobody would see what is kept by mistake";
      return Effect.fail(new CaptureRefused({ captured: name, where: "its examples", found, remedy: "give two" }));
    }
    if (tf.getBackend() === "wasm") return compileOnWasm(name, synchronous(fn), examples);
    if (tf.getBackend() === "webgpu") {
      return compileOnWebGPU(name, synchronous(fn), examples, options).pipe(Effect.mapError(refusedWith(name)));
    }
    const found = "nothing is recorded there", remedy = "use wasm or webgpu, or run it eagerly";
    return Effect.fail(new CaptureRefused({ captured: name, where: `backend ${tf.getBackend()}`, found, remedy }));
  });
}

/** A GPU that fails while it is recorded fails its next user too, who looks for that: here it is only no replay. */
function refusedWith(captured: string): (error: Error) => CaptureRefused {
  return (error) => {
    if (error instanceof CaptureRefused) return error;
    return new CaptureRefused({ captured, where: "the GPU", found: error.message, remedy: "look for its failure" });
  };
}
