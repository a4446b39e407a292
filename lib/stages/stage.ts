import { Effect } from "effect";
import { ShapeMismatch } from "../errors/shape_mismatch.ts";

/** One step of a pipeline: typed input, output, errors and services. */
export type Stage<In, Out, Err = never, Env = never> = (input: In) => Effect.Effect<Out, Err, Env>;

/** A stage that knows its own name, so that a profile can time it. */
export type NamedStage<In, Out, Err = never, Env = never> = Stage<In, Out, Err, Env> & { readonly stageName: string };

/**
 * Gives a stage its name. A normal run carries no span, since opening one costs as much as a small kernel;
 * {@linkcode traced} adds them for a profile.
 */
export function stage<In, Out, Err, Env>(
  name: string,
  run: Stage<In, Out, Err, Env>,
): NamedStage<In, Out, Err, Env> {
  const named: Stage<In, Out, Err, Env> = (input) => run(input);
  return Object.assign(named, { stageName: name });
}

/** The same stage inside a span of its name; `deno task train --profile` adds the spans' milliseconds up. */
export function traced<In, Out, Err, Env>(inner: NamedStage<In, Out, Err, Env>): NamedStage<In, Out, Err, Env> {
  return stage(
    inner.stageName,
    (input) => Effect.withSpan(inner(input), inner.stageName, { captureStackTrace: false }),
  );
}

/** Hands the output of one stage to the next; if the first fails, the next does not run. */
export function chain<A, B, C, Err1, Env1, Err2, Env2>(
  first: Stage<A, B, Err1, Env1>,
  next: Stage<B, C, Err2, Env2>,
): Stage<A, C, Err1 | Err2, Env1 | Env2> {
  return (input) => Effect.flatMap(first(input), next);
}

/**
 * Lifts synchronous tensor code into an effect: a {@linkcode ShapeMismatch} that an op throws becomes a typed
 * failure, everything else stays a defect.
 */
export function attempt<Out>(run: () => Out): Effect.Effect<Out, ShapeMismatch> {
  return Effect.suspend(() => {
    try {
      return Effect.succeed(run());
    } catch (thrown) {
      return thrown instanceof ShapeMismatch ? Effect.fail(thrown) : Effect.die(thrown);
    }
  });
}
