import { softmaxCrossEntropy, softmaxCrossEntropyReference } from "../../lib/ops/mod.ts";
import { squaredError, squaredErrorReference } from "../../lib/ops/mod.ts";
import { benchOp, normalTensor, type Op } from "./_bench_op.ts";

const [tasks, prefixes, queries, outputs] = [32, 17, 32, 10];
const target = normalTensor("target", [tasks, queries, outputs]).softmax();
const sizes = `${tasks} tasks × ${prefixes} prefixes × ${queries} queries × ${outputs}`;
const towards = (op: typeof squaredError): Op => (prediction) => op(prediction!, target);
const shapes = [[tasks, prefixes, queries, outputs]];

benchOp({
  group: `softmaxCrossEntropy, ${sizes}`,
  op: towards(softmaxCrossEntropy),
  reference: towards(softmaxCrossEntropyReference),
  shapes,
});

benchOp({
  group: `squaredError, ${sizes}`,
  op: towards(squaredError),
  reference: towards(squaredErrorReference),
  shapes,
});
