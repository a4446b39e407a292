import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { assertEquals } from "@std/assert";
import { regimeOf } from "../../lib/regimes/regime_of.ts";
import type { Refinement } from "../../lib/regimes/settings.ts";
import { lossPerTask } from "../../lib/stages/loss_aggregation.ts";
import type { Lengths, Regime } from "../../lib/stages/regime.ts";
import { keyFor } from "../../lib/random/mod.ts";
import { tinyRefinement } from "../_built.ts";
import type { FamilySizes } from "../_families.ts";
import { assertClose, normals, onEveryBackend, tensorOf, type Values } from "../backends.ts";
import { assertCatches } from "../properties/_mutants.ts";
import { read, rows } from "../properties/_values.ts";

const tasks = 2, observations = 3;

/** A predictor, a loss, and a seed for everything that is drawn. */
interface SignalCase {
  readonly predictor: "linear" | "mlp" | "hyper";
  readonly family: FamilySizes;
  readonly seed: number;
}

const signalCases: fc.Arbitrary<SignalCase> = fc.record({
  predictor: fc.constantFrom("linear", "mlp", "hyper"),
  family: fc.constantFrom(
    { loss: "squared-error", features: 3, outputs: 1 },
    { loss: "cross-entropy", features: 2, outputs: 3 },
  ),
  seed: fc.nat(),
});

/** A regime with random weights at a random state, on random observations; inside a tidy scope. */
function drawn({ predictor, family, seed }: SignalCase, differences: Partial<Refinement>) {
  const refinement = tinyRefinement({
    regime: predictor === "linear" ? "parametric" : "explicit",
    decoder: predictor === "hyper" ? "hyper" : "flat",
    ...differences,
  });
  const regime = regimeOf({ refinement, family, width: 8 });
  const weights = regime.init(keyFor(seed, "initialisation", 0));
  const size = weights["initial.state"]!.size;
  const [state, x, y] = normals(
    seed,
    [tasks, size],
    [tasks, observations, family.features],
    [tasks, observations, family.outputs],
  ) as [Values, Values, Values];
  const targets = tensorOf(y) as tf.Tensor3D;
  const oneHot = (): tf.Tensor3D => tf.oneHot(targets.argMax<tf.Tensor2D>(2), family.outputs).toFloat() as tf.Tensor3D;
  const batch = {
    x: tensorOf(x) as tf.Tensor3D,
    y: family.loss === "squared-error" ? targets : oneHot(),
  };
  const name = predictor === "linear" ? "theta" : "latent";
  const signal = (lengths: Lengths = "all"): Record<string, Values> => {
    const signal = regime.signal(weights, { [name]: tensorOf(state) }, batch, lengths);
    return Object.fromEntries(Object.entries(signal).map(([name, tensor]) => [name, read(tensor)]));
  };
  /** f(x_i; s) of the observations, `[tasks, observations, outputs]`. */
  const predicted = (at: Values): tf.Tensor3D =>
    regime.predict(weights, { [name]: tensorOf(at).expandDims(1) }, batch.x).squeeze<tf.Tensor3D>([1]);
  return { regime, size, state, batch, signal, predicted };
}

/** The gradient of each observation's loss equals what small steps of the state change. */
function gradientsPredictSmallSteps(change = (regime: Values): Values => regime): fc.IProperty<[SignalCase]> {
  return fc.property(signalCases, (c) =>
    tf.tidy(() => {
      const { signal, predicted, state, size, batch } = drawn(c, {
        signal: { data: true, residual: false, gradient: "per-observation" },
      });
      const step = 1e-2;
      /** Losses `[tasks · observations]` at a state moved along one number: each observation a task of one query. */
      const lossesAt = (number: number, distance: number): Float32Array => {
        const moved = state.data.map((s, i) => i % size === number ? s + distance : s);
        const count = tasks * observations, { outputs } = c.family;
        const predictions = predicted({ shape: state.shape, data: moved }).reshape<tf.Tensor4D>([count, 1, 1, outputs]);
        return read(lossPerTask(c.family.loss, predictions, batch.y.reshape<tf.Tensor3D>([count, 1, outputs]))).data;
      };
      const changes = new Float32Array(tasks * observations * size);
      for (let number = 0; number < size; number++) {
        const [ahead, behind] = [lossesAt(number, step), lossesAt(number, -step)];
        ahead.forEach((loss, i) => changes[i * size + number] = (loss - behind[i]!) / (2 * step));
      }
      const found = change(signal()["gradient"]!);
      assertClose("gradient", found, { shape: [tasks, observations, size], data: changes }, {
        relative: 1e-2,
        absolute: 1e-3,
      });
    }));
}

onEveryBackend("regime.signal() gives the gradients that small steps of the state predict", () => {
  fc.assert(gradientsPredictSmallSteps(), { numRuns: 60 });
}, { backends: ["cpu"] });

onEveryBackend("that property fails when a factor is lost or tasks are swapped", () => {
  assertCatches(gradientsPredictSmallSteps(({ shape, data }) => ({ shape, data: data.map((x) => x / 2) })));
  assertCatches(gradientsPredictSmallSteps((values) => rows(values, 0, [1, 0])));
}, { backends: ["cpu"] });

onEveryBackend("regime.signal() averages gradients over exactly the observations that are meant", () => {
  fc.assert(
    fc.property(signalCases, fc.integer({ min: 1, max: observations }), (c, visible) =>
      tf.tidy(() => {
        const of = (gradient: Refinement["signal"]["gradient"], mask: Refinement["mask"], lengths: Lengths) =>
          drawn(c, { mask, history: 1, signal: { data: true, residual: false, gradient } }).signal(lengths);
        const { gradient: each } = of("per-observation", "causal", "all");
        const first = meansOfFirst(each!);
        const close = { relative: 1e-5 };
        assertClose("prefix means", of("prefix-mean", "causal", "all")["gradient"]!, first, close);
        const mean = of("mean", "non-causal", visible);
        assertClose("mean", mean["gradient"]!, rows(first, 1, [visible - 1]), close);
        const flat = rows(first, 1, [visible - 1]);
        const kept = { shape: [tasks, each!.shape[2]!], data: flat.data };
        assertClose("history", mean["meanGradient"]!, kept, close);
        assertClose("history", of("per-observation", "non-causal", visible)["meanGradient"]!, kept, close);
        const last = { ...kept, data: rows(first, 1, [observations - 1]).data };
        assertClose("history", of("prefix-mean", "causal", "all")["meanGradient"]!, last, close);
      })),
    { numRuns: 40 },
  );
}, { backends: ["cpu"] });

/** Means over the first 1, 2, … of axis 1, by a loop. */
function meansOfFirst({ shape, data }: Values): Values {
  const [, count, size] = shape as [number, number, number];
  return {
    shape,
    data: data.map((_, i) => {
      const at = Math.floor(i / size) % count;
      let sum = 0;
      for (let back = 0; back <= at; back++) sum += data[i - back * size]!;
      return sum / (at + 1);
    }),
  };
}

onEveryBackend("regime.signal() gives residuals y − f, or one-hot − softmax", () => {
  fc.assert(
    fc.property(signalCases, (c) =>
      tf.tidy(() => {
        const { signal, predicted, state, batch } = drawn(c, {
          signal: { data: false, residual: true, gradient: "none" },
        });
        const f = read(predicted(state)).data, y = read(batch.y).data, { outputs } = c.family;
        const expected = y.map((target, i) => {
          if (c.family.loss === "squared-error") return target - f[i]!;
          const logits = f.subarray(i - i % outputs, i - i % outputs + outputs);
          return target - Math.exp(f[i]!) / logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
        });
        const found = signal();
        assertEquals(Object.keys(found), ["residual"]);
        assertClose("residual", found["residual"]!, { shape: batch.y.shape, data: expected }, { relative: 1e-5 });
      })),
    { numRuns: 40 },
  );
}, { backends: ["cpu"] });

onEveryBackend("regime.signal() is empty where tokens hold data alone", () => {
  const c: SignalCase = { predictor: "mlp", family: { loss: "squared-error", features: 2, outputs: 1 }, seed: 1 };
  const signalOf = (regime: Regime["name"]): string[] =>
    tf.tidy(() =>
      Object.keys(
        drawn({ ...c, predictor: regime === "parametric" ? "linear" : "mlp" }, {
          signal: { data: true, residual: false, gradient: "none" },
        }).signal(),
      ) as unknown as tf.TensorContainer
    ) as unknown as string[];
  assertEquals([signalOf("parametric"), signalOf("explicit")], [[], []]);
}, { backends: ["cpu"] });
