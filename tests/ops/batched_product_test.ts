import fc from "fast-check";
import { assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../../lib/errors/shape_mismatch.ts";
import { batchedProduct, batchedProductReference } from "../../lib/ops/mod.ts";
import { assertFiniteDifferences, assertSameOp, normals, onEveryBackend } from "../backends.ts";
import { few, seed, size } from "./_arbitraries.ts";

const sharing = fc.constantFrom("neither", "a", "b", "both");

onEveryBackend(
  "batchedProduct() equals matMul and finite differences, whichever operand is shared",
  ({ runs }) =>
    fc.assert(
      fc.asyncProperty(seed, few, size, size, size, sharing, async (seed, batch, m, k, n, shared) => {
        const ofA = shared === "a" || shared === "both" ? 1 : batch;
        const ofB = shared === "b" || shared === "both" ? 1 : batch;
        const inputs = normals(seed, [ofA, m, k], [ofB, k, n]);
        await assertSameOp(batchedProduct, batchedProductReference, inputs, { relative: 1e-5 });
        await assertFiniteDifferences(batchedProduct, inputs, { relative: 1e-2, seed });
      }),
      { numRuns: 2 * runs },
    ),
);

onEveryBackend("batchedProduct() refuses operands that do not fit", () =>
  tf.tidy(() => {
    assertThrows(() => batchedProduct(tf.zeros([2, 3, 4]), tf.zeros([3, 4, 5])), ShapeMismatch, "batchedProduct(b)");
    assertThrows(() => batchedProduct(tf.zeros([2, 3, 4]), tf.zeros([2, 3, 5])), ShapeMismatch, "batchedProduct(b)");
    assertThrows(() => batchedProduct(tf.zeros([3, 4]), tf.zeros([1, 4, 5])), ShapeMismatch, "batchedProduct(a)");
  }), { backends: ["cpu"] });
