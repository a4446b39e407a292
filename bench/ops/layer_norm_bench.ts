import { layerNorm, layerNormReference } from "../../lib/ops/mod.ts";
import { benchOp } from "./_bench_op.ts";

for (const [rows, width] of [[1024, 64], [808, 256]] as const) {
  benchOp({
    group: `layerNorm, ${rows} × ${width}`,
    op: (x, gain, bias) => layerNorm(x!, gain!, bias!),
    reference: (x, gain, bias) => layerNormReference(x!, gain!, bias!),
    shapes: [[rows, width], [width], [width]],
  });
}
