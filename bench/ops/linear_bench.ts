import { linear, linearGelu, linearGeluReference, linearReference } from "../../lib/ops/mod.ts";
import { benchOp } from "./_bench_op.ts";

for (const [rows, inputs, outputs] of [[1024, 64, 192], [808, 256, 1024]] as const) {
  const shapes = [[rows, inputs], [inputs, outputs], [outputs]];
  const large = rows * inputs * outputs > 1e8;
  const sizes = `${rows} × ${inputs} × ${outputs}`;
  benchOp({ group: `linear, ${sizes}`, op: linear, reference: linearReference, shapes, large });
  benchOp({ group: `linearGelu, ${sizes}`, op: linearGelu, reference: linearGeluReference, shapes, large });
}
