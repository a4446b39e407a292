import { assert, assertEquals } from "@std/assert";
import { Effect, Exit, Fiber } from "effect";
import * as tf from "@tensorflow/tfjs";
import { backendBytes, tensorCount } from "../../lib/device/memory.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { deviceIterations } from "../../lib/training/device_iterations.ts";
import { hostIterations } from "../../lib/training/iterations.ts";
import { makeReplay } from "../../lib/training/replay.ts";
import { localGradients } from "../../lib/training/shards.ts";
import { disposeTrainingState, initialTrainingState } from "../../lib/training/training_state.ts";
import { buildFor, tinyConfig, tinyRefinement } from "../_built.ts";
import { familyOf } from "../_families.ts";
import { assertClose, assertNoLeak, onEveryBackend } from "../backends.ts";

const options = { backends: ["webgpu"], kernels: registerKernels } as const;

const config = tinyConfig(tinyRefinement(), { shards: 2, clip: 0.1, balanced: true, iterations: 40 });
const built = buildFor(config, familyOf({ loss: "squared-error", features: 3, outputs: 1 }));

async function numbersOf(tensors: Readonly<Record<string, tf.Tensor>>): Promise<Record<string, Float32Array>> {
  const read = Object.entries(tensors).map(async ([name, x]) => [name, await x.data<"float32">()] as const);
  return Object.fromEntries(await Promise.all(read));
}

onEveryBackend(
  "deviceIterations() takes the steps that hostIterations() takes, to rounding",
  () =>
    assertNoLeak(() =>
      Effect.runPromise(Effect.scoped(Effect.gen(function* () {
        const source = localGradients(built, config, 3), device = yield* deviceIterations(built, config, 3);
        const found: Record<string, Float32Array>[] = [], reports: number[][] = [];
        for (const { take } of [hostIterations(source, config), device]) {
          let state = initialTrainingState(built, config, 3);
          for (let i = 0; i < 3; i++) {
            const taken = yield* take(state), report = yield* taken.report;
            reports.push([report.gradientNorm, report.loss, ...report.lossPerStep, report.learningRate]);
            state = taken.state;
          }
          assertEquals(state.iteration, 3);
          found.push(yield* Effect.promise(() => numbersOf({ ...state.weights, lossMeans: state.lossMeans })));
          disposeTrainingState(state);
        }
        const values = (data: Float32Array) => ({ shape: [data.length], data }), relative = 1e-5;
        for (let i = 0; i < 3; i++) {
          const [host, own] = [reports[i]!, reports[i + 3]!].map((numbers) => values(Float32Array.from(numbers)));
          assertClose(`report ${i}`, own!, host!, { relative });
        }
        for (const [name, data] of Object.entries(found[0]!)) {
          assertClose(name, values(found[1]![name]!), values(data), { relative, absolute: 1e-5 });
        }
      })))
    ),
  options,
);

onEveryBackend(
  "deviceIterations() of a replay holds as much after each iteration, reports awaited late or not",
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const refused: string[] = [], held: string[] = [];
      const replay = yield* makeReplay(({ message }) => Effect.sync(() => void refused.push(message)));
      const { take, late } = yield* deviceIterations(built, config, 3, replay);
      let state = initialTrainingState(built, config, 3);
      for (let i = 0; i < 4; i++) {
        const reports = [];
        for (let j = 0; j <= late; j++) {
          const taken = yield* take(state);
          state = taken.state;
          reports.push(taken.report);
        }
        assertEquals((yield* Effect.all(reports)).every(({ loss }) => loss > 0), true);
        held.push(`${tensorCount()} tensors, ${backendBytes()} bytes`);
      }
      disposeTrainingState(state);
      assertEquals(refused, []);
      assertEquals(replay.recordings(), 1); // with running means; before there are any, once is not worth it
      assertEquals(held.at(-1), held.at(-2));
    }))),
  options,
);

for (const replays of [false, true]) {
  const title = `deviceIterations(), ${
    replays ? "replayed" : "eager"
  }, leaves the state as it was before a NaN, for good`;
  onEveryBackend(title, () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const replay = replays ? yield* makeReplay(({ message }) => Effect.die(message)) : undefined;
      const { stages } = built, poison = 4;
      const taskSampling: typeof stages.taskSampling = (sizes) => (request) =>
        Effect.map(stages.taskSampling(sizes)(request), (drawn) => {
          if (request.iteration !== poison || request.range.first === 0) return drawn;
          const { x, y } = drawn.queries;
          y.dispose();
          return { ...drawn, queries: { x, y: tf.fill([...y.shape], NaN) as typeof y } };
        });
      const { take } = yield* deviceIterations({ ...built, stages: { ...stages, taskSampling } }, config, 3, replay);
      let state = initialTrainingState(built, config, 3);
      const reports = [], seen: Record<string, Float32Array>[] = [];
      for (let i = 0; i < poison + 2; i++) {
        const taken = yield* take(state);
        state = taken.state;
        reports.push(yield* taken.report);
        const { weights, first, second, lossMeans } = state;
        const all = [weights, first, second, { lossMeans }].map((record, j) =>
          Object.entries(record).map(([name, x]) => [`${j} ${name}`, x] as const)
        );
        seen.push(yield* Effect.promise(() => numbersOf(Object.fromEntries(all.flat()))));
      }
      disposeTrainingState(state);
      const good = reports.map(({ loss, gradientNorm }) => Number.isFinite(loss) && Number.isFinite(gradientNorm));
      assertEquals(good, [true, true, true, true, false, false]);
      assert(JSON.stringify(seen[3]) !== JSON.stringify(seen[2]), "nothing was trained before");
      assertEquals(seen[4], seen[3]);
      assertEquals(seen[5], seen[3]);
    }))), options);
}

onEveryBackend(
  "deviceIterations() replayed and interrupted has not taken the step",
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const replay = yield* makeReplay(({ message }) => Effect.die(message));
      const { take } = yield* deviceIterations(built, config, 3, replay);
      let state = initialTrainingState(built, config, 3);
      for (let i = 0; i < 4; i++) {
        const taken = yield* take(state);
        yield* taken.report;
        state = taken.state;
      }
      assertEquals(replay.recordings(), 1);
      const before = yield* Effect.promise(() => numbersOf({ ...state.weights, lossMeans: state.lossMeans }));
      yield* Effect.sleep(30); // a turn is due
      const taking = Effect.runFork(take(state));
      taking.interruptUnsafe();
      assertEquals(Exit.isFailure(yield* Fiber.await(taking)), true);
      const after = yield* Effect.promise(() => numbersOf({ ...state.weights, lossMeans: state.lossMeans }));
      assertEquals(after, before);
      disposeTrainingState(state);
    }))),
  options,
);
