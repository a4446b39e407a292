import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { CaptureRefused } from "../../errors/capture_refused.ts";
import type { Compiled, TensorFunction, Tensors } from "../compiled.ts";
import { difference } from "./difference.ts";
import { type HookedBackend, hooksOf } from "./hooks.ts";
import { planOf } from "./plan.ts";
import { record } from "./record.ts";
import type { Obstacle, Recording } from "./recording.ts";
import { replayOf } from "./replay.ts";

/**
 * Records the kernels that a function runs on the wasm backend, once for each of two examples that differ in all that
 * may change, and lays them out for replay: without tape, tidy, or memory that is asked for. What was there before and
 * is no input, and what is made of JavaScript numbers, is kept as it was. Both examples stay the caller's. The function
 * must give tensors that nothing else holds. Fails with {@linkcode CaptureRefused} where a replay would not give what
 * the function gives: host reads, in-place changes of inputs, anything that differs between the recordings.
 */
export function compileOnWasm(
  name: string,
  fn: TensorFunction,
  examples: readonly [Tensors, Tensors],
): Effect.Effect<Compiled, CaptureRefused> {
  return Effect.suspend(() => {
    const hooks = hooksOf(tf.backend() as BackendWasm);
    const refuse = (obstacle: Obstacle) => Effect.fail(new CaptureRefused({ captured: name, ...obstacle }));
    const first = recordApart(hooks, fn, examples[0]);
    if ("found" in first) return refuse(first);
    const second = recordApart(hooks, fn, examples[1]);
    if ("found" in second) return refuse(second);
    const differs = difference(first, second);
    if (differs !== undefined) return refuse(differs);
    const compiled = replayOf(hooks, name, first, planOf(first));
    if (compiled !== undefined) return Effect.succeed(compiled);
    const where = `its ${first.calls.length} kernels`, remedy = "run it eagerly, or with smaller batches";
    return refuse({ where, found: "memory for their results is exhausted", remedy });
  });
}

/** Records with every input on a buffer of its own, so that a number means one input. */
function recordApart(hooks: HookedBackend, fn: TensorFunction, inputs: Tensors): Recording | Obstacle {
  const seen = new Set<object>(), copies: tf.Tensor[] = [];
  const apart = Object.entries(inputs).map(([name, tensor]) => {
    if (!seen.has(tensor.dataId)) {
      seen.add(tensor.dataId);
      return [name, tensor] as const;
    }
    const copy = tf.keep(tf.tensor(tensor.dataSync(), tensor.shape, tensor.dtype));
    copies.push(copy);
    return [name, copy] as const;
  });
  try {
    return record(hooks, fn, Object.fromEntries(apart));
  } finally {
    tf.dispose(copies);
  }
}
