import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Effect } from "effect";
import { UnknownOption } from "../../lib/errors/unknown_option.ts";
import type { CommonConfig, Pipeline } from "../../lib/training/pipeline.ts";
import { resolveConfig } from "../../lib/training/resolve_config.ts";
import { localGradients } from "../../lib/training/shards.ts";
import { trainIteration } from "../../lib/training/train_iteration.ts";
import { disposeTrainingState, initialTrainingState } from "../../lib/training/training_state.ts";
import linearRegression from "../../pipelines/linear_regression.ts";
import { methodNames } from "../../pipelines/methods.ts";
import mnist from "../../pipelines/mnist.ts";
import { assertNoLeak, onEveryBackend } from "../backends.ts";

function configOf(pipeline: unknown, method: string, preset?: string, ...set: string[]): CommonConfig {
  const request = { method, set, ...(preset === undefined ? {} : { preset }) };
  return Effect.runSync(resolveConfig(pipeline as Pipeline, request)).config;
}

for (const name of methodNames) {
  Deno.test(`--method ${name} makes sense on top of every preset`, () => {
    for (const pipeline of [linearRegression, mnist]) {
      for (const preset of Object.keys(pipeline.presets)) {
        const { signal } = configOf(pipeline, name, preset);
        assertEquals(signal.residual, false, `${pipeline.name} ${preset}`); // residuals are beyond all of them
      }
    }
  });

  onEveryBackend(`--method ${name} trains: its weights change, and it leaks nothing`, async () => {
    const tiny = ["training.tasks=4", "training.queries=4", "training.warmUp=0", "model.width=8", "model.layers=1"];
    const config = configOf(linearRegression, name, "quick", ...tiny, "observations=4", "model.feedForward=8");
    const built = (linearRegression as unknown as Pipeline).build(config);
    await assertNoLeak(async () => {
      const before = initialTrainingState(built, config, 1);
      const source = localGradients(built, config, 1);
      const { state, report } = await Effect.runPromise(trainIteration(source, config, before));
      assert(report.gradientNorm > 0 && Number.isFinite(report.loss), JSON.stringify(report));
      assertEquals(report.lossPerStep.length, config.steps);
      disposeTrainingState(state);
    });
  }, { backends: ["cpu"] });
}

const rows: Readonly<Record<string, Partial<CommonConfig>>> = {
  hypernetwork: { regime: "parametric", steps: 1 },
  "learned-optimizer": { regime: "parametric", steps: 5, detach: "each" },
  pfn: { regime: "implicit", steps: 1 },
  cnp: { regime: "explicit", steps: 1, aggregate: "mean" },
  maml: { regime: "descent", steps: 5, detach: "never", throughSignal: true, lossSteps: "last" },
  "maml-first-order": { regime: "descent", steps: 5, detach: "never", throughSignal: false, lossSteps: "last" },
  sgd: { descent: { rule: "sgd", rate: 0.1, learn: "rate" } },
  adam: { descent: { rule: "adam", rate: 0.1, learn: "rate" } },
};

Deno.test("each method is the settings that METHOD.md's table says", () => {
  assertEquals(methodNames, Object.keys(rows));
  for (const [name, expected] of Object.entries(rows)) {
    const config = configOf(linearRegression, name);
    const found = Object.fromEntries(Object.keys(expected).map((key) => [key, config[key as keyof CommonConfig]]));
    assertEquals(found as Partial<CommonConfig>, expected, name);
  }
});

Deno.test("what images want of a regime reaches the methods of that regime alone", () => {
  for (const preset of ["quick", "quick-parametric"]) {
    const [pfn, hypernetwork, learned, cnp] = ["pfn", "hypernetwork", "learned-optimizer", "cnp"].map((name) =>
      configOf(mnist, name, preset)
    );
    assertEquals([pfn!.implicitState, pfn!.decoder, pfn!.steps], ["softmax", "flat", 1]);
    assertEquals([hypernetwork!.decoder, hypernetwork!.signal.data], ["span", true]);
    assertEquals([learned!.decoder, learned!.signal.gradient], ["span", "per-observation"]);
    assertEquals([cnp!.decoder, cnp!.labelScale, cnp!.implicitState], ["flat", 1, "logits"]);
  }
});

Deno.test("--set goes on top of a method, and a method on top of its preset's groups", () => {
  const { steps, training } = configOf(linearRegression, "maml", "small", "steps=2");
  assertEquals([steps, training.iterations, training.learningRate], [2, 4000, 0.02]);
});

Deno.test("resolveConfig() refuses an unknown method and lists the known", () => {
  const refused = Effect.runSync(Effect.flip(resolveConfig(linearRegression, { method: "reptile" })));
  assertInstanceOf(refused, UnknownOption);
  assertEquals([refused.kind, refused.found, [...refused.nearest]], ["method of linear-regression", "reptile", [
    ...methodNames,
  ]]);
});
