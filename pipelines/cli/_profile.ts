import { Effect, Tracer } from "effect";
import {
  type BuiltPipeline,
  type CommonConfig,
  disposeTrainingState,
  initialTrainingState,
  localGradients,
  trainIteration,
} from "../../lib/training/mod.ts";
import { type NamedStage, stateLoop, traced } from "../../lib/stages/mod.ts";
import { print } from "./_terminal.ts";

const iterations = 20;

/** Times 20 eager iterations stage by stage: the only runs that carry spans. */
export function profile(built: BuiltPipeline, config: CommonConfig, seed: number) {
  return Effect.gen(function* () {
    const totals = new Map<string, number>();
    const spanned = withSpans(built, config);
    const source = localGradients(spanned, config, seed);
    let state = initialTrainingState(spanned, config, seed);
    state = (yield* trainIteration(source, config, state)).state; // warm-up
    const start = performance.now();
    const timed = Effect.gen(function* () {
      for (let i = 0; i < iterations; i++) {
        state = (yield* Effect.withSpan(trainIteration(source, config, state), "iteration", {
          captureStackTrace: false,
        })).state;
      }
    });
    yield* Effect.withTracer(timed, timings(totals));
    const whole = (performance.now() - start) / iterations;
    disposeTrainingState(state);
    const inLoop = ["token encoding", "masking", "forward", "loss aggregation"];
    const of = (name: string): number =>
      [...totals].filter(([span]) => span.startsWith(name)).reduce((sum, [, ms]) => sum + ms, 0) / iterations;
    const forwardStages = inLoop.reduce((sum, name) => sum + of(name), 0);
    const rows: [string, number][] = [
      ["task sampling", of("task sampling")],
      ...inLoop.map((name): [string, number] => [name, of(name)]),
      ["signal, backward, sums", of("detached state loop") - forwardStages],
      ["clipping, optimiser, rest", whole - of("task sampling") - of("detached state loop")],
      ["whole iteration", whole],
    ];
    yield* print(`${iterations} iterations, each kernel run by tfjs; what is replayed has no stages and is faster`);
    for (const [name, ms] of rows) {
      yield* print(`${name.padEnd(28)}${ms.toFixed(2).padStart(9)} ms ${(100 * ms / whole).toFixed(0).padStart(4)} %`);
    }
  });
}

function withSpans(built: BuiltPipeline, config: CommonConfig): BuiltPipeline {
  const { stages } = built;
  const wrap = <In, Out, Err, Env>(inner: (input: In) => Effect.Effect<Out, Err, Env>) =>
    traced(inner as NamedStage<In, Out, Err, Env>);
  const inner = {
    ...stages,
    tokenEncoding: wrap(stages.tokenEncoding),
    masking: wrap(stages.masking),
    forward: wrap(stages.forward),
    lossAggregation: wrap(stages.lossAggregation),
  };
  return {
    ...built,
    stages: {
      ...inner,
      taskSampling: (sizes) => wrap(stages.taskSampling(sizes)),
      detachedStateLoop: wrap(stateLoop(inner, config)),
    },
  };
}

/** A tracer that only adds up milliseconds per span name. */
function timings(totals: Map<string, number>): Tracer.Tracer {
  return Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options);
      const end = span.end.bind(span);
      span.end = (at, exit) => {
        totals.set(options.name, (totals.get(options.name) ?? 0) + Number(at - options.startTime) / 1e6);
        end(at, exit);
      };
      return span;
    },
  });
}
