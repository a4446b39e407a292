import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { Cause, Context, Effect, Exit } from "effect";
import * as tf from "@tensorflow/tfjs";
import { ShapeMismatch } from "../../lib/errors/shape_mismatch.ts";
import { valueAndGradients } from "../../lib/stages/value_and_gradients.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";

const failure = new ShapeMismatch({ where: "here", expected: "[1]", found: [2], remedy: "none" });

/** Runs with a weight [1, 2] that is freed afterwards. */
async function withWeight(run: (w: tf.Tensor) => Promise<void> | void): Promise<void> {
  await assertNoLeak(async () => {
    const w = tf.tensor1d([1, 2]);
    await run(w);
    w.dispose();
  });
}

onEveryBackend(
  "valueAndGradients() gives a loss and its gradients, and leaves out weights without one",
  () =>
    withWeight((w) => {
      const other = tf.scalar(5);
      const loss = Effect.sync(() => w.square().sum<tf.Scalar>());
      const { value, gradients } = Effect.runSync(valueAndGradients({ w, other }, loss));
      assertEquals([...value.dataSync()], [5]);
      assertEquals(Object.keys(gradients), ["w"]);
      assertEquals([...gradients["w"]!.dataSync()], [2, 4]);
      tf.dispose([other, value, gradients["w"]!]);
    }),
  { backends: ["cpu", "wasm"] },
);

onEveryBackend(
  "valueAndGradients() passes typed failures through, and leaks nothing of the abandoned tape",
  () =>
    withWeight((w) => {
      for (let i = 0; i < 20; i++) {
        const loss = Effect.gen(function* () {
          w.square().mul(w).exp().sum();
          return yield* failure;
        });
        assertStrictEquals(Effect.runSync(Effect.flip(valueAndGradients({ w }, loss))), failure);
      }
    }),
  { backends: ["cpu", "wasm"] },
);

onEveryBackend("valueAndGradients() works again after a failure", () =>
  withWeight((w) => {
    Effect.runSync(Effect.flip(valueAndGradients({ w }, Effect.fail(failure))));
    const { value, gradients } = Effect.runSync(valueAndGradients({ w }, Effect.sync(() => w.sum<tf.Scalar>())));
    assertEquals([...gradients["w"]!.dataSync()], [1, 1]);
    tf.dispose([value, gradients["w"]!]);
  }), { backends: ["cpu"] });

onEveryBackend("valueAndGradients() keeps defects defects, and leaks nothing", () =>
  withWeight((w) => {
    const thrown = new Error("a bug");
    const loss = Effect.sync((): tf.Scalar => {
      w.square().exp();
      throw thrown;
    });
    const exit = Effect.runSyncExit(valueAndGradients({ w }, loss));
    assert(Exit.isFailure(exit));
    assertStrictEquals(Cause.squash(exit.cause), thrown);
    assert(!Cause.hasFails(exit.cause), "a bug is no expected failure");
  }), { backends: ["cpu"] });

onEveryBackend("valueAndGradients() refuses asynchronous work, and leaks nothing", () =>
  withWeight(async (w) => {
    const loss = Effect.gen(function* () {
      const value = w.square().sum<tf.Scalar>();
      yield* Effect.promise(() => Promise.resolve());
      return value;
    });
    const exit = await Effect.runPromiseExit(valueAndGradients({ w }, loss));
    assert(Exit.isFailure(exit), "asynchronous work was let pass");
    assertInstanceOf(Cause.squash(exit.cause), Error);
  }), { backends: ["cpu"] });

onEveryBackend("valueAndGradients() shows the loss the caller's services", () =>
  withWeight((w) => {
    const Factor = Context.Service<number>("tests/Factor");
    const loss = Effect.map(Factor, (factor) => w.sum().mul<tf.Scalar>(factor));
    const run = valueAndGradients({ w }, loss).pipe(Effect.provideService(Factor, 3));
    const { value, gradients } = Effect.runSync(run);
    assertEquals([...value.dataSync(), ...gradients["w"]!.dataSync()], [9, 3, 3]);
    tf.dispose([value, gradients["w"]!]);
  }), { backends: ["cpu"] });
