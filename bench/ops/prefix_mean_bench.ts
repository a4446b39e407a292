import { outerPrefixMean, outerPrefixMeanReference, prefixMean, prefixMeanReference } from "../../lib/ops/mod.ts";
import { benchOp, normalTensor } from "./_bench_op.ts";

const [tasks, n, features, outputs] = [32, 64, 64, 10];
const sizes = `${tasks} × ${n} × ${features}`;

benchOp({
  group: `prefixMean, ${sizes}`,
  op: (x) => prefixMean(x!),
  reference: (x) => prefixMeanReference(x!),
  shapes: [[tasks, n, features]],
});

const x = normalTensor("x", [tasks, n, features]);
benchOp({
  group: `outerPrefixMean, ${sizes} by ${outputs}`,
  op: (c) => outerPrefixMean(x, c!),
  reference: (c) => outerPrefixMeanReference(x, c!),
  shapes: [[tasks, n, outputs]],
});
