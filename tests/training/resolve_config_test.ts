import fc from "fast-check";
import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { Effect } from "effect";
import { InvalidConfiguration } from "../../lib/errors/invalid_configuration.ts";
import { UnknownOption } from "../../lib/errors/unknown_option.ts";
import { signalOf } from "../../lib/regimes/settings.ts";
import type { JsonObject } from "../../lib/training/pipeline.ts";
import { type ConfigRequest, decodeConfig, pathsOf, resolveConfig } from "../../lib/training/resolve_config.ts";
import linearRegression from "../../pipelines/linear_regression.ts";

const resolve = (...set: string[]) => Effect.runSync(resolveConfig(linearRegression, { set })).config;

function failureOf(request: ConfigRequest): UnknownOption | InvalidConfiguration {
  return Effect.runSync(Effect.flip(resolveConfig(linearRegression, request)));
}

Deno.test("resolveConfig() takes the first preset and every default when nothing is asked for", () => {
  const { preset, config } = Effect.runSync(resolveConfig(linearRegression));
  assertEquals(preset, "quick");
  assertEquals([config.steps, config.observations, config.task.dimension, config.model.width], [5, 16, 8, 64]);
});

Deno.test("resolveConfig() sets what path=value says, on top of the preset, the last one winning", () => {
  const { config } = Effect.runSync(
    resolveConfig(linearRegression, {
      preset: "small",
      set: ["steps=3", "task.noise=0.25", "model.width=32", "regime=explicit", "steps=4"],
    }),
  );
  assertEquals([config.task.dimension, config.observations], [20, 32]);
  assertEquals([config.steps, config.task.noise, config.model.width, config.regime], [4, 0.25, 32, "explicit"]);
});

Deno.test("resolveConfig() knows the paper preset", () => {
  const { config } = Effect.runSync(resolveConfig(linearRegression, { preset: "paper" }));
  assertEquals([config.task.dimension, config.observations, config.steps], [100, 100, 10]);
});

const misspelt: Readonly<Record<string, string>> = {
  "training.iteration=5": "training.iterations",
  "step=5": "steps",
  "task.dimensions=5": "task.dimension",
  "model.heds=5": "model.heads",
  "signal.gradients=mean": "signal.gradient",
};

for (const [setting, nearest] of Object.entries(misspelt)) {
  Deno.test(`resolveConfig() refuses the misspelt ${setting} and names ${nearest}`, () => {
    const failure = failureOf({ set: [setting] });
    assertInstanceOf(failure, UnknownOption);
    assertEquals([failure.kind, failure.found, failure.nearest], ["option", setting.split("=")[0], [nearest]]);
    assertStringIncludes(failure.message, `did you mean "${nearest}"?`);
  });
}

Deno.test("resolveConfig() refuses any path but its own with one that exists", () => {
  const paths = pathsOf(resolve() as unknown as JsonObject);
  fc.assert(fc.property(fc.stringMatching(/^[a-zA-Z.]{1,20}$/), (path) => {
    if (paths.includes(path)) return;
    const failure = failureOf({ set: [`${path}=1`] });
    assertInstanceOf(failure, UnknownOption);
    assert(paths.includes(failure.nearest[0]!), `${failure.nearest} is no path`);
  }));
});

Deno.test("resolveConfig() refuses an unknown preset and lists the known", () => {
  const failure = failureOf({ preset: "papr" });
  assertInstanceOf(failure, UnknownOption);
  assertEquals([failure.kind, failure.found, [...failure.nearest]], ["preset", "papr", ["quick", "small", "paper"]]);
});

/** A setting, and the path and a word that its refusal must hold. */
const wrong: Readonly<Record<string, readonly string[]>> = {
  "steps=0": ['["steps"]', "0"],
  "steps=many": ['["steps"]', '"many"'],
  "steps=2.5": ['["steps"]', "integer"],
  "regime=implicitly": ['["regime"]', '"implicitly"'],
  "task.dimension=-1": ['["task"]["dimension"]', "-1"],
  "task=5": ['["task"]'],
  "training.shards=3": ['["training"]["shards"]', "shards must be a power of two, found 3"],
  "training.shards=64": ['["training"]["shards"]', "shards (64) must divide tasks (32)"],
  "training.clip=null": ['["training"]["clip"]', "null"],
  "model.heads=5": ['["model"]["heads"]', "heads must divide width 64"],
  "signal=everything": ['["signal"]', '"everything"'],
  "signal.gradient=mean": ['["signal"]["gradient"]', "use prefix-mean or per-observation"],
  "decoder=hyper": ['["decoder"]', "for the explicit regime"],
  'task={"dimensions":3}': ['["task"]["dimensions"]'],
};

for (const [setting, words] of Object.entries(wrong)) {
  Deno.test(`resolveConfig() refuses ${setting} and names the path`, () => {
    const failure = failureOf({ set: [setting] });
    assertInstanceOf(failure, InvalidConfiguration);
    assertEquals(failure.issues.length, 1);
    for (const word of words) assertStringIncludes(failure.message, word);
  });
}

Deno.test("resolveConfig() names every wrong value, one line each", () => {
  const failure = failureOf({ set: ["steps=0", "observations=0", "task.noise=-1"] });
  assertInstanceOf(failure, InvalidConfiguration);
  assertEquals(failure.issues.length, 3);
  ['["steps"]', '["observations"]', '["task"]["noise"]'].forEach((path) => assertStringIncludes(failure.message, path));
  assert(failure.issues.every((issue) => !issue.includes("\n")), `an issue is not one line: ${failure.issues}`);
});

for (const setting of ["steps", "=3", ""]) {
  Deno.test(`resolveConfig() refuses "${setting}", which is no path=value`, () => {
    const failure = failureOf({ set: [setting] });
    assertInstanceOf(failure, InvalidConfiguration);
    assertStringIncludes(failure.message, "is not path=value");
  });
}

for (const word of ["data", "grad", "both", "residual", "data+residual"] as const) {
  Deno.test(`resolveConfig() turns signal=${word} into what it means under the mask, in any order`, () => {
    assertEquals(resolve(`signal=${word}`).signal, signalOf(word, "causal"));
    assertEquals(resolve("mask=non-causal", `signal=${word}`).signal, signalOf(word, "non-causal"));
    assertEquals(resolve(`signal=${word}`, "mask=non-causal").signal, signalOf(word, "non-causal"));
  });
}

Deno.test("resolveConfig() lets a part of a signal word be changed", () => {
  const { signal } = resolve("signal=both", "signal.residual=true");
  assertEquals(signal, { data: true, residual: true, gradient: "prefix-mean" });
});

Deno.test("decodeConfig() gives back a resolved configuration after JSON, and refuses fields of others", () => {
  const config = resolve("regime=explicit", "decoder=hyper", "signal=both");
  const saved = JSON.parse(JSON.stringify(config)) as JsonObject;
  assertEquals(Effect.runSync(decodeConfig(linearRegression, saved)), config);
  const failure = Effect.runSync(Effect.flip(decodeConfig(linearRegression, { ...saved, wat: 1 })));
  assertStringIncludes(failure.message, '["wat"]');
});
