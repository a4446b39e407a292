import fc from "fast-check";
import { setCrossEntropy, setCrossEntropyReference } from "../../lib/ops/mod.ts";
import { assertFiniteDifferences, assertSameOp, normals, onEveryBackend, uniforms } from "../backends.ts";

onEveryBackend("setCrossEntropy() equals its definition and finite differences", ({ runs }) =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 9 }),
      fc.nat(),
      async (tasks, queries, outputs, seed) => {
        const [prediction] = normals(seed, [tasks, 1, queries, outputs]) as [ReturnType<typeof normals>[0]];
        const next = uniforms(seed),
          data = Float32Array.from({ length: tasks * queries * outputs }, () => Number(next() < 0.4));
        for (let row = 0; row < tasks * queries; row++) data[row * outputs + Math.floor(next() * outputs)] = 1;
        const { tensorOf } = await import("../backends.ts");
        const target = tensorOf({ shape: [tasks, queries, outputs], data });
        await assertSameOp(
          (x) => setCrossEntropy(x!, target),
          (x) => setCrossEntropyReference(x!, target),
          [prediction],
          { relative: 1e-4 },
        );
        await assertFiniteDifferences((x) => setCrossEntropy(x!, target), [prediction], { relative: 2e-2 });
        target.dispose();
      },
    ),
    { numRuns: runs },
  ));
