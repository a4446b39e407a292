import { batchedProduct, batchedProductReference } from "../../lib/ops/mod.ts";
import { benchOp } from "./_bench_op.ts";

for (const [batch, m, k, n] of [[1, 512, 512, 512], [64, 64, 16, 64], [32, 101, 64, 101]] as const) {
  benchOp({
    group: `batchedProduct, ${batch} × ${m} × ${k} × ${n}`,
    op: (a, b) => batchedProduct(a!, b!),
    reference: (a, b) => batchedProductReference(a!, b!),
    shapes: [[batch, m, k], [batch, k, n]],
    large: m * k * n > 1e8,
  });
}
