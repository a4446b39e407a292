import { Effect, type Scope } from "effect";
import * as tf from "@tensorflow/tfjs";
import { compile, type Compiled, type Tensors } from "../capture/mod.ts";
import { CaptureRefused } from "../errors/capture_refused.ts";
import type { ShapeMismatch } from "../errors/shape_mismatch.ts";
import { supplyLengths } from "../stages/from_lengths.ts";
import type { Lengths } from "../stages/regime.ts";
import type { SampledTasks } from "../stages/task_sampling.ts";
import { runAtOnce, yieldWhenDue } from "../stages/turns.ts";
import { disposeSample } from "./dispose_sample.ts";
import { type LengthsRecipes, recordingKey, samplesOf, sampleTensors, sizesKey } from "./loop_tensors.ts";

/** Work on sampled tasks that training does again and again. */
export interface Recordable {
  /** What it is called where it is refused. */
  readonly name: string;
  /** The tasks of this time; they stay the caller's. */
  readonly samples: readonly SampledTasks[];
  /** All other tensors that change from time to time, by name; they stay the caller's. */
  readonly tensors: Tensors;
  /** Those among them that stay on their buffers from time to time, and may be changed in place on webgpu. */
  readonly inPlace: readonly string[];
  /** Results that are read on the host each time: see `readingOf`. */
  readonly reads?: readonly string[];
  /** Whatever else a recording must have been made with. */
  readonly variant?: string;
  /** The work itself: the same tfjs calls whatever the tensors hold. The caller owns what it gives. */
  readonly body: (samples: readonly SampledTasks[], tensors: Tensors) => Effect.Effect<Tensors, ShapeMismatch>;
  /** Draws the tasks of another iteration, so many later, to compare with. */
  readonly another: (later: number) => Effect.Effect<readonly SampledTasks[]>;
}

/** The work of one training, recorded once for each way of seeing mini-batches, and replayed. */
export interface Replay {
  /**
   * What the work gives, bit for bit. It runs as it is where it cannot be replayed, and the first time, to see what it
   * makes of lengths.
   */
  readonly run: (work: Recordable) => Effect.Effect<Tensors, ShapeMismatch>;
  /** How many ways of seeing mini-batches were recorded. */
  readonly recordings: () => number;
  /** Frees what was recorded. */
  readonly dispose: () => void;
}

/** What is known of one way of seeing mini-batches. */
interface Known {
  readonly recipes: readonly LengthsRecipes[];
  readonly compiled?: Compiled;
}

/** A replay of one training, freed with the scope. `onRefused` hears once why there is none. */
export function makeReplay(
  onRefused: (refused: CaptureRefused) => Effect.Effect<void>,
): Effect.Effect<Replay, never, Scope.Scope> {
  return Effect.acquireRelease(Effect.sync(() => replayOf(onRefused)), (replay) => Effect.sync(replay.dispose));
}

function replayOf(onRefused: (refused: CaptureRefused) => Effect.Effect<void>): Replay {
  const all = new Map<string, Known>();
  let refused = false;
  const run: Replay["run"] = (work) =>
    Effect.gen(function* () {
      const { samples, tensors, variant = "", body } = work;
      if (refused) return yield* body(samples, tensors);
      const key = `${variant} ${recordingKey(samples)}`, known = all.get(key);
      if (known === undefined) {
        const recipes = samples.map(listenTo);
        const output = yield* body(samples, tensors);
        all.set(key, { recipes });
        return output;
      }
      const { recipes } = known;
      const compiled = known.compiled ?? (yield* record(work, recipes).pipe(
        Effect.catchTag("CaptureRefused", (why) => {
          refused = true;
          return Effect.as(onRefused(why), undefined);
        }),
      ));
      if (compiled === undefined) return yield* body(samples, tensors);
      all.set(key, { recipes, compiled });
      yield* yieldWhenDue; // before it runs: nobody may come between what it changes in place and who counts it
      const drawn = sampleTensors(samples, recipes);
      const output = compiled.run({ ...tensors, ...drawn.tensors });
      tf.dispose([...drawn.made]);
      return output;
    });
  const dispose = (): void => {
    for (const { compiled } of all.values()) compiled?.dispose();
    all.clear();
  };
  const recordings = (): number => [...all.values()].filter(({ compiled }) => compiled !== undefined).length;
  return { run, recordings, dispose };
}

/** Collects what the work makes of each step's lengths while it runs. */
function listenTo({ lengths }: SampledTasks): LengthsRecipes {
  return lengths.map((own) => {
    const recipes: LengthsRecipes[number][number][] = [];
    if (own instanceof Int32Array) {
      supplyLengths(own, (recipe) => {
        recipes.push(recipe);
        return recipe(own);
      });
    }
    return recipes;
  });
}

/** Iterations that are looked through for one of the same sizes, where these are drawn too. */
const lookAhead = 64;

/** Other tasks of the same sizes. */
function alike({ name, samples, another }: Recordable): Effect.Effect<readonly SampledTasks[], CaptureRefused> {
  return Effect.gen(function* () {
    for (let later = 1; later <= lookAhead; later++) {
      const drawn = yield* another(later);
      if (sizesKey(drawn) === sizesKey(samples)) return drawn;
      drawn.forEach(disposeSample);
    }
    const found = `none of the next ${lookAhead} iterations has batches of the same sizes`;
    return yield* new CaptureRefused({ captured: name, where: "tasks", found, remedy: "draw fewer sizes" });
  });
}

/** Records the work on these tasks and tensors and on others that differ in everything that an iteration changes. */
function record(work: Recordable, recipes: readonly LengthsRecipes[]): Effect.Effect<Compiled, CaptureRefused> {
  return Effect.gen(function* () {
    const { name, samples, tensors, inPlace, reads = [], body } = work;
    const drawn = yield* alike(work);
    const others = drawn.map((one, s): SampledTasks => {
      const lengths = one.lengths.map((own, k) => unlike(own, samples[s]!.lengths[k]!, one.batches[k]!.x.shape[1]));
      return { ...one, lengths };
    });
    const moved = tf.tidy(() => scaled(tensors)), examples = [samples, others] as const;
    const [one, other] = [sampleTensors(samples, recipes), sampleTensors(others, recipes)];
    let example = 0;
    /** One run after another with the lengths of one example and the other: whoever reads these is found out. */
    const synchronous = (all: Tensors): Tensors => runAtOnce(body(samplesOf(all, examples[example++ % 2]!), all));
    const inputs = [{ ...tensors, ...one.tensors }, { ...moved, ...other.tensors }] as const;
    return yield* Effect.onExit(
      compile(name, synchronous, inputs, { inPlace, reads }),
      () =>
        Effect.sync(() => {
          tf.dispose([...one.made, ...other.made, moved]);
          drawn.forEach(disposeSample);
        }),
    );
  });
}

/** Another example's lengths: like these where a recording needs it, and unlike where whoever reads them is to be found out. */
function unlike(own: Lengths, like: Lengths, most: number): Lengths {
  if (!(own instanceof Int32Array) || !(like instanceof Int32Array)) return like;
  if (own.length > 1 || own[0] !== like[0]) return own;
  return Int32Array.of(own[0]! % most + 1);
}

function scaled(tensors: Tensors): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.mul(1.0625)]));
}
