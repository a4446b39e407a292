import type { TaskFamily } from "../stages/task_family.ts";
import { type Choice, chooseOnGrid } from "./choose_on_grid.ts";
import type { EvaluatedMethod } from "./evaluation_file.ts";
import { exactPosterior } from "./exact_posterior.ts";
import { adam, type Descent, sgd } from "./gradient_descent.ts";
import { passesToMatch } from "./passes_to_match.ts";
import { pointReference } from "./point_reference.ts";
import { ridge, ridgeErrorAt, type StepSizes } from "./ridge.ts";
import { lastMean } from "./summarise.ts";
import { type ErrorKind, type ErrorsPerStep, sliceTasks, type TaskBatch } from "./task_batch.ts";

/** Products in one pass over the validation tasks that choose the rate of many passes: 200 passes take seconds. */
const productsOfManyPasses = 5e6;

/** Step between the rates tried for many passes, around the best rate of fewer. */
const rateRatio = 10 ** 0.1;

/** Passes whose validation error is further from the target than this are not run on all tasks. */
const farFromTarget = 1.25;

/** More passes that leave this share of the validation error, still far from the target, will not get there. */
const smallestGain = 0.99;

/** What other methods are run on. */
export interface HostComparison extends StepSizes {
  /** Names the loss, and the limit where there is one. */
  readonly family: TaskFamily;
  /** The tasks that errors are told of. */
  readonly batch: TaskBatch;
  /** What made those tasks, by name, `[tasks, …]` flattened: `w` for the point reference. */
  readonly truth: Readonly<Record<string, Float32Array>>;
  /** Tasks that settings are chosen on; baselines need them. */
  readonly validation?: TaskBatch;
  /** Steps K of the model, after which settings are compared. */
  readonly trainedSteps: number;
  /** The model's error after its trained steps, which passes are counted to. */
  readonly target: number;
  /** Whether to leave the baselines out; false unless said. */
  readonly limitsOnly?: boolean;
}

/** A method's errors `[tasks, steps + 1]` with the time it took and what was chosen for it. */
export type ComparedMethod =
  & Pick<EvaluatedMethod, "method" | "kind" | "secondsPerTask">
  & Partial<Pick<EvaluatedMethod, "setting" | "matchedAfterPasses" | "passes">>
  & { readonly errors: ErrorsPerStep };

/** Limits where the family has one; ridge, one pass of SGD and of Adam, each at its best setting on validation tasks. */
export function compareOnHost(c: HostComparison): ComparedMethod[] {
  const limits = limitsOf(c);
  return c.limitsOnly === true || c.validation === undefined ? limits : [...limits, ...baselinesOf(c, c.validation)];
}

function limitsOf({ family: { limit }, batch, truth, perStep, steps }: HostComparison): ComparedMethod[] {
  if (limit === undefined) return [];
  const c = { perStep, steps, noise: limit.noise };
  return [
    { method: "exact-posterior", kind: "limit", ...timed(batch, () => exactPosterior(batch, c)) },
    {
      method: "point-reference",
      kind: "limit",
      ...timed(batch, () => pointReference(batch, { ...c, truth: truth["w"]! })),
    },
  ];
}

function baselinesOf(c: HostComparison, validation: TaskBatch): ComparedMethod[] {
  const { batch, perStep, steps, trainedSteps } = c;
  const errorOf: ErrorKind = c.family.loss === "squared-error" ? "squared-error" : "misclassified";
  const penalty = chooseOnGrid({
    grid: [0.01, 0.0316, 0.1, 0.316, 1, 3.16, 10],
    measure: (penalty) => ridgeErrorAt(validation, { observations: trainedSteps * perStep, penalty, errorOf }),
  });
  const ridgeRow: ComparedMethod = {
    method: "ridge",
    kind: "baseline",
    setting: settingOf("penalty", penalty),
    ...timed(batch, () => ridge(batch, { perStep, steps, penalty: penalty.chosen, errorOf })),
  };
  return [ridgeRow, ...(["sgd", "adam"] as const).map((method) => descent(method))];

  /** One pass at its best rate; how many passes at theirs reach the model. */
  function descent(method: "sgd" | "adam"): ComparedMethod {
    const run = method === "sgd" ? sgd : adam;
    const grid = method === "sgd" ? [0.1, 0.126, 0.158, 0.2, 0.251, 0.316] : [0.1, 0.158, 0.251, 0.398, 0.631];
    const errorOn = (on: TaskBatch, rate: number, passes: number): number =>
      lastMean(run(on, { perStep, steps: trainedSteps, rate, passes, errorOf }));
    const rate = chooseOnGrid({ grid, measure: (rate) => errorOn(validation, rate, 1) });
    const settings: Descent = { perStep, steps, rate: rate.chosen, passes: 1, errorOf };
    const few = sliceTasks(validation, 0, tasksOfManyPasses(validation));
    let near = rate.chosen, before = Infinity, stalled = false;
    const matchedAfterPasses = passesToMatch(c.target, (passes) => {
      if (stalled) return Infinity;
      const around = [near / rateRatio, near, near * rateRatio];
      const choice = passes === 1 ? rate : chooseOnGrid({ grid: around, measure: (r) => errorOn(few, r, passes) });
      near = choice.chosen;
      const expected = choice.tried.find(({ value }) => value === near)!.error;
      if (expected <= farFromTarget * c.target) return errorOn(batch, near, passes);
      stalled = expected > smallestGain * before;
      before = expected;
      return expected;
    });
    return {
      method,
      kind: "baseline",
      setting: settingOf("rate", rate),
      ...(matchedAfterPasses === undefined ? {} : { matchedAfterPasses }),
      ...timed(batch, () => run(batch, settings)),
    };
  }
}

function tasksOfManyPasses({ tasks, observations, features, outputs }: TaskBatch): number {
  return Math.min(tasks, Math.max(32, Math.floor(productsOfManyPasses / (observations * features * outputs))));
}

function settingOf(name: string, { chosen, tried, inside }: Choice): string {
  const grid = tried.map(({ value }) => Number(value.toPrecision(3))).join(", ");
  return `${name} ${Number(chosen.toPrecision(3))} of ${grid}${inside ? "" : " (at the edge)"}`;
}

function timed(batch: TaskBatch, run: () => ErrorsPerStep): { errors: ErrorsPerStep; secondsPerTask: number } {
  const start = performance.now();
  const errors = run();
  return { errors, secondsPerTask: (performance.now() - start) / 1000 / batch.tasks };
}
