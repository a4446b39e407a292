import { type Context, Effect, Exit } from "effect";
import type * as tf from "@tensorflow/tfjs";
import type { Weights } from "../model/weights.ts";
import { takeGradients } from "./_take_gradients.ts";

/** A loss and its gradient in every weight that it depends on; both owned by the caller. */
export interface Differentiated {
  /** The loss, a scalar. */
  readonly value: tf.Scalar;
  /** Weights that the loss does not depend on are missing. */
  readonly gradients: Weights;
}

/**
 * Runs a loss as one synchronous effect under tfjs's tape. Services and typed errors pass through; asynchronous
 * work inside is refused by the runtime. Nothing leaks when the loss fails.
 */
export function valueAndGradients<Err, Env>(
  weights: Weights,
  loss: Effect.Effect<tf.Scalar, Err, Env>,
): Effect.Effect<Differentiated, Err, Env> {
  return Effect.contextWith((services: Context.Context<Env>) =>
    Effect.suspend(() => {
      const names = Object.keys(weights);
      let failed: Exit.Failure<tf.Scalar, Err> | undefined;
      const run = (): tf.Scalar => {
        const exit = Effect.runSyncExitWith(services)(loss);
        if (Exit.isSuccess(exit)) return exit.value;
        failed = exit;
        throw exit; // unwinds tfjs's tidy scope
      };
      try {
        const { value, gradients: taken } = takeGradients(run, names.map((name) => weights[name]!));
        const gradients: Record<string, tf.Tensor> = {};
        names.forEach((name, i) => {
          const gradient = taken[i];
          if (gradient !== undefined) gradients[name] = gradient;
        });
        return Effect.succeed({ value, gradients });
      } catch (thrown) {
        return failed === undefined ? Effect.die(thrown) : Effect.failCause(failed.cause);
      }
    })
  );
}
