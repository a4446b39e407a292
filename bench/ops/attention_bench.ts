import * as tf from "@tensorflow/tfjs";
import { attention, attentionReference } from "../../lib/ops/mod.ts";
import { benchOp, type Op } from "./_bench_op.ts";

const heads = 4;

/** Every position sees all, or the ones up to itself. */
function maskOf(positions: number, causal: boolean): tf.Tensor {
  const seen = Uint8Array.from(
    { length: positions * positions },
    (_, i) => +(!causal || i % positions <= Math.floor(i / positions)),
  );
  return tf.tensor(seen, [1, positions, positions], "bool");
}

for (const [tasks, positions, width] of [[16, 64, 64], [8, 101, 256]] as const) {
  for (const causal of [false, true]) {
    const mask = maskOf(positions, causal);
    const masked = (op: typeof attention): Op => (qkv) => op(qkv!, mask, heads);
    benchOp({
      group: `attention, ${causal ? "causal" : "full"} mask, ${tasks} × ${positions} × ${width}, ${heads} heads`,
      op: masked(attention),
      reference: masked(attentionReference),
      shapes: [[tasks, positions, 3 * width]],
    });
  }
}
