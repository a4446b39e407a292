import fc from "fast-check";
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../../lib/errors/shape_mismatch.ts";
import {
  softmaxCrossEntropy,
  softmaxCrossEntropyReference,
  squaredError,
  squaredErrorReference,
} from "../../lib/ops/mod.ts";
import {
  assertClose,
  assertFiniteDifferences,
  assertSameOp,
  normals,
  onEveryBackend,
  tensorOf,
  valueAndGradients,
  type Values,
} from "../backends.ts";
import { few, seed, size } from "./_arbitraries.ts";

type Loss = (prediction: tf.Tensor, target: tf.Tensor) => tf.Tensor;

interface Case {
  readonly prediction: Values;
  readonly target: Values;
}

const shapes = fc.tuple(seed, few, few, size, size);

const regression: fc.Arbitrary<Case> = shapes.map(([seed, tasks, prefixes, queries, outputs]) => {
  const [prediction, target] = normals(seed, [tasks, prefixes, queries, outputs], [tasks, queries, outputs]);
  return { prediction: prediction!, target: target! };
});

/** One-hot targets, or soft ones that sum to 1. */
const classes: fc.Arbitrary<Case> = fc.tuple(regression, fc.boolean()).map(([{ prediction, target }, soft]) => {
  const outputs = target.shape[2]!;
  const data = new Float32Array(target.data.length);
  for (let row = 0; row < data.length; row += outputs) {
    const scores = target.data.slice(row, row + outputs);
    const total = scores.reduce((sum, u) => sum + Math.exp(u), 0);
    if (soft) data.set(scores.map((u) => Math.exp(u) / total), row);
    else data[row + scores.indexOf(Math.max(...scores))] = 1;
  }
  return { prediction, target: { ...target, data } };
});

async function withTarget(
  { target }: Case,
  loss: Loss,
  run: (op: (prediction: tf.Tensor) => tf.Tensor) => Promise<void>,
): Promise<void> {
  const tensor = tensorOf(target);
  await run((prediction) => loss(prediction, tensor));
  tensor.dispose();
}

function agrees(title: string, loss: Loss, reference: Loss, cases: fc.Arbitrary<Case>): void {
  onEveryBackend(`${title} equals its definition and finite differences`, ({ runs: numRuns }) =>
    fc.assert(
      fc.asyncProperty(cases, (drawn) =>
        withTarget(drawn, loss, (op) =>
          withTarget(drawn, reference, async (reference) => {
            await assertSameOp(op, reference, [drawn.prediction], { relative: 1e-5 });
            await assertFiniteDifferences(op, [drawn.prediction], { relative: 1e-2 });
          }))),
      { numRuns },
    ));
}

agrees("squaredError()", squaredError, squaredErrorReference, regression);
agrees("softmaxCrossEntropy()", softmaxCrossEntropy, softmaxCrossEntropyReference, classes);

/** Sums over outputs what `entry` says, averages over queries, in double precision. */
function byLoops({ prediction, target }: Case, entry: (row: number[], wanted: number[]) => number): Values {
  const [tasks, prefixes, queries, outputs] = prediction.shape as [number, number, number, number];
  const row = ({ data }: Values, n: number): number[] => [...data.slice(n * outputs, (n + 1) * outputs)];
  const data = Float32Array.from({ length: tasks * prefixes }, (_, n) => {
    let sum = 0;
    for (let q = 0; q < queries; q++) {
      sum += entry(row(prediction, n * queries + q), row(target, Math.floor(n / prefixes) * queries + q));
    }
    return sum / queries;
  });
  return { shape: [tasks, prefixes], data };
}

onEveryBackend("squaredError() sums over outputs and averages over queries", ({ runs: numRuns }) =>
  fc.assert(
    fc.asyncProperty(regression, (drawn) =>
      withTarget(drawn, squaredError, async (op) => {
        const { value } = await valueAndGradients(op, [drawn.prediction]);
        const expected = byLoops(drawn, (row, wanted) => row.reduce((sum, u, i) => sum + (u - wanted[i]!) ** 2, 0));
        assertClose("loss", value, expected, { relative: 1e-5 });
      })),
    { numRuns },
  ));

onEveryBackend("softmaxCrossEntropy() is right and finite for logits of any size", ({ runs: numRuns }) =>
  fc.assert(
    fc.asyncProperty(classes, fc.constantFrom(1, 1e2, 1e4, 1e30), (drawn, scale) =>
      withTarget(drawn, softmaxCrossEntropy, async (op) => {
        const prediction = {
          ...drawn.prediction,
          data: drawn.prediction.data.map((u) =>
            scale * u
          ),
        };
        const { value, gradients } = await valueAndGradients(op, [prediction]);
        const expected = byLoops({ ...drawn, prediction }, (row, wanted) => {
          const most = Math.max(...row);
          const log = most + Math.log(row.reduce((sum, u) => sum + Math.exp(u - most), 0));
          return row.reduce((sum, u, i) => sum + (wanted[i] === 0 ? 0 : wanted[i]! * (log - u)), 0);
        });
        assertClose("loss", value, withFloor(expected), { relative: 2e-5 });
        assert(gradients[0]!.data.every(Number.isFinite), "gradients are finite");
      })),
    { numRuns },
  ));

/** A loss of 1e-9 may come out as 0: nothing is asked below rounding of logits of size 1. */
function withFloor(values: Values): Values {
  return { ...values, data: values.data.map((u) => Math.abs(u) < 1e-6 ? 0 : u) };
}

onEveryBackend("squaredError() and softmaxCrossEntropy() let NaN through, forward and back", async () => {
  const [prediction, target] = normals(1, [1, 2, 3, 2], [1, 3, 2]) as [Values, Values];
  prediction.data[0] = NaN;
  for (const loss of [squaredError, softmaxCrossEntropy]) {
    await withTarget({ prediction, target }, loss, async (op) => {
      const { value, gradients } = await valueAndGradients(op, [prediction]);
      assertEquals([...value.data].map(Number.isNaN), [true, false]);
      assert(Number.isNaN(gradients[0]!.data[0]));
    });
  }
});

onEveryBackend("squaredError() and softmaxCrossEntropy() refuse targets of other queries", () =>
  tf.tidy(() => {
    for (const loss of [squaredError, softmaxCrossEntropy]) {
      assertThrows(() => loss(tf.zeros([2, 3, 4, 5]), tf.zeros([2, 3, 5])), ShapeMismatch, "(target)");
      assertThrows(() => loss(tf.zeros([2, 3, 4]), tf.zeros([2, 3, 4])), ShapeMismatch, "(prediction)");
    }
  }), { backends: ["cpu"] });
