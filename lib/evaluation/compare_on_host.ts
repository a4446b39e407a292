import { Effect } from "effect";
import type { TaskFamily } from "../stages/task_family.ts";
import { type Choice, chooseOnGrid } from "./choose_on_grid.ts";
import { exactPosterior } from "./exact_posterior.ts";
import { adam, sgd } from "./gradient_descent.ts";
import type { ComparedMethod, HostComparison } from "./host_comparison.ts";
import { logisticRegression } from "./logistic_regression.ts";
import { passesToMatch } from "./passes_to_match.ts";
import { pointReference } from "./point_reference.ts";
import { ridge, ridgeErrorAt } from "./ridge.ts";
import { lastMean } from "./summarise.ts";
import { type ErrorKind, sliceTasks, type TaskBatch } from "./task_batch.ts";
import { timed } from "./_timed.ts";

/** Products in one pass over the validation tasks that choose the rate of many passes: 200 passes take seconds. */
const productsOfManyPasses = 5e6;

/** Products in all passes at the rates tried together: more passes than this allows are not tried. */
const mostProducts = 3e9;

/** Step between the rates tried for many passes, around the best rate of fewer. */
const rateRatio = 10 ** 0.1;

/** Passes whose validation error is further from the target than this are not run on all tasks. */
const farFromTarget = 1.25;

/** More passes that leave this share of the validation error, still far from the target, will not get there. */
const smallestGain = 0.99;

/** Validation tasks that choose the strength of logistic regression, which is slower than the rest. */
const logisticTasks = 32;

/** Products that logistic regression may take: the first tasks are measured, as many as that is enough for. */
const logisticProducts = 8e9;

/** Gradients of a fit, about. */
const logisticGradients = 15;

/** Where rates begin to be tried: what is best for classes lies in a wider range. */
const rates = {
  "squared-error": { sgd: [0.1, 0.126, 0.158, 0.2, 0.251, 0.316], adam: [0.1, 0.158, 0.251, 0.398, 0.631] },
  misclassified: { sgd: [0.1, 0.178, 0.316, 0.562, 1], adam: [0.01, 0.0178, 0.0316, 0.0562, 0.1] },
} as const;

/**
 * Limits where the family has one; ridge, for classes logistic regression, one pass of SGD and of Adam, each at its best
 * setting on validation tasks. Others get a turn between settings and between tasks.
 */
export function compareOnHost(c: HostComparison): Effect.Effect<ComparedMethod[]> {
  return Effect.gen(function* () {
    const methods = yield* limitsOf(c);
    const noBaselines = c.limitsOnly === true || c.family.loss === "any-of"; // linear ones need values or one class
    if (noBaselines || c.validation === undefined) return methods;
    const of: Baselines = { ...c, validation: c.validation, errorOf: errorKindOf(c.family) };
    const tell = telling(c);
    yield* tell("ridge regression");
    methods.push(yield* ridgeRow(of));
    if (of.errorOf === "misclassified") {
      yield* tell("logistic regression");
      methods.push(yield* logisticRow(of));
    }
    for (const method of ["sgd", "adam"] as const) methods.push(yield* descentRow(of, method));
    return methods;
  });
}

function telling({ onProgress }: HostComparison): (what: string) => Effect.Effect<void> {
  return onProgress ?? (() => Effect.void);
}

type Baselines = HostComparison & { readonly validation: TaskBatch; readonly errorOf: ErrorKind };

function errorKindOf({ loss }: TaskFamily): ErrorKind {
  return loss === "squared-error" ? loss : "misclassified";
}

function limitsOf(c: HostComparison) {
  const { family: { limit }, batch, truth, perStep, steps } = c;
  return Effect.gen(function* () {
    const methods: ComparedMethod[] = [];
    if (limit === undefined) return methods;
    yield* telling(c)("the exact posterior");
    const sizes = { perStep, steps, noise: limit.noise };
    methods.push({
      method: "exact-posterior",
      kind: "limit",
      ...yield* timed(batch, (some) => exactPosterior(some, sizes)),
    });
    const whole = { tasksAtOnce: batch.tasks }; // its prior is as wide as all tasks say
    const point = yield* timed(batch, (all) => pointReference(all, { ...sizes, truth: truth["w"]! }), whole);
    methods.push({ method: "point-reference", kind: "limit", ...point });
    return methods;
  });
}

function ridgeRow({ batch, validation, perStep, steps, trainedSteps, errorOf }: Baselines) {
  return Effect.gen(function* () {
    const measure = ridgeErrorAt(validation, { observations: trainedSteps * perStep, errorOf });
    const choice = yield* chooseOnGrid({ grid: [0.01, 0.0316, 0.1, 0.316, 1, 3.16, 10], measure });
    const penalty = choice.chosen;
    const run = yield* timed(batch, (some) => ridge(some, { perStep, steps, penalty, errorOf }));
    return { method: "ridge", kind: "baseline", setting: settingOf("penalty", choice), ...run } as const;
  });
}

function logisticRow({ batch, validation, perStep, steps, trainedSteps }: Baselines) {
  return Effect.gen(function* () {
    const few = sliceTasks(validation, 0, logisticTasks), observations = trainedSteps * perStep;
    const measure = (penalty: number) =>
      lastMean(logisticRegression(few, { perStep: observations, steps: 1, penalty }));
    const choice = yield* chooseOnGrid({ grid: [1, 3.16, 10, 31.6], measure });
    const perTask = steps * (steps + 1) * perStep * batch.features * batch.outputs * logisticGradients;
    const first = sliceTasks(batch, 0, Math.max(logisticTasks, Math.floor(logisticProducts / perTask)));
    let passes = 0;
    const run = yield* timed(first, (some) => {
      const errors = logisticRegression(some, { perStep, steps, penalty: choice.chosen });
      passes += errors.passes * some.tasks / first.tasks;
      return errors;
    });
    const row: ComparedMethod = {
      ...{ method: "logistic", kind: "baseline", setting: settingOf("penalty", choice), ...run },
      passes: Math.round(passes),
      ...(first.tasks === batch.tasks ? {} : { note: `measured on the first ${first.tasks} tasks` }),
    };
    return row;
  });
}

/** One pass at its best rate; how many passes at theirs reach the model. */
function descentRow(of: Baselines, method: "sgd" | "adam") {
  const { batch, validation, perStep, steps, trainedSteps, target, errorOf } = of;
  const run = method === "sgd" ? sgd : adam;
  const errorOn = (on: TaskBatch, rate: number, passes: number): number =>
    lastMean(run(on, { perStep, steps: trainedSteps, rate, passes, errorOf }));
  const tell = telling(of), name = method === "sgd" ? "SGD" : "Adam";
  return Effect.gen(function* () {
    yield* tell(`one pass of ${name}`);
    const rate = yield* chooseOnGrid({ grid: rates[errorOf][method], measure: (r) => errorOn(validation, r, 1) });
    const perTask = trainedSteps * perStep * batch.features * batch.outputs;
    const few = sliceTasks(validation, 0, Math.max(32, Math.floor(productsOfManyPasses / perTask)));
    let near = rate.chosen, before = Infinity, stalled = false;
    const passes = yield* passesToMatch(
      target,
      mostProducts / (6 * few.tasks * perTask),
      (passes) =>
        Effect.gen(function* () {
          if (stalled) return Infinity;
          if (passes > 1) yield* tell(`${passes} passes of ${name}, to reach the model`);
          const around = [near / rateRatio, near, near * rateRatio];
          const choice = passes === 1
            ? rate
            : yield* chooseOnGrid({ grid: around, measure: (r) => errorOn(few, r, passes) });
          near = choice.chosen;
          const expected = choice.tried.find(({ value }) => value === near)!.error;
          if (expected <= farFromTarget * target) {
            return lastMean(
              (yield* timed(batch, (some) => run(some, { perStep, steps: trainedSteps, rate: near, passes, errorOf })))
                .errors,
            );
          }
          stalled = expected > smallestGain * before;
          before = expected;
          return expected;
        }),
    );
    return {
      method,
      kind: "baseline",
      setting: settingOf("rate", rate),
      ...(passes.matched === undefined ? {} : { matchedAfterPasses: passes.matched }),
      ...(passes.tried === 200 ? {} : { triedPasses: passes.tried }),
      ...yield* timed(batch, (some) => run(some, { perStep, steps, rate: rate.chosen, passes: 1, errorOf })),
    } as const;
  });
}

function settingOf(name: string, { chosen, tried, inside }: Choice): string {
  const grid = tried.map(({ value }) => Number(value.toPrecision(3))).join(", ");
  return `${name} ${Number(chosen.toPrecision(3))} of ${grid}${inside ? "" : " (at the edge)"}`;
}
