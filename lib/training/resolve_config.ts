import { Effect, Result, Schema } from "effect";
import { closest } from "fastest-levenshtein";
import { InvalidConfiguration } from "../errors/invalid_configuration.ts";
import { UnknownOption } from "../errors/unknown_option.ts";
import { signalOf, type SignalWord } from "../regimes/settings.ts";
import type { CommonConfig, Json, JsonObject, Pipeline } from "./pipeline.ts";

/** What a person asks for on top of a pipeline's defaults. */
export interface ConfigRequest {
  /** A named preset; the pipeline's first if left out. */
  readonly preset?: string;
  /** One of the pipeline's methods, on top of the preset. */
  readonly method?: string;
  /** `path=value` settings in order; a value is JSON, else a string. */
  readonly set?: readonly string[];
}

/** A configuration decoded in full, with what it was decoded from. */
export interface ResolvedConfig<Config extends CommonConfig> {
  /** The preset that was taken. */
  readonly preset: string;
  /** Every field, ready to be saved, hashed and decoded again. */
  readonly config: Config;
}

/**
 * Merges defaults, preset, method and settings and decodes them strictly. A misspelt path is refused with the nearest name
 * ({@linkcode UnknownOption}), a combination that makes no sense with the reason ({@linkcode InvalidConfiguration}).
 *
 * @example Settings on top of a preset
 * ```ts
 * import { LinearRegression, linearRegression, resolveConfig, standardPipeline } from "@amortize/core";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 *
 * const task = { task: LinearRegression, family: linearRegression };
 * const pipeline = standardPipeline({ name: "mine", description: "", presets: { quick: { steps: 3 } }, ...task });
 * const { config } = Effect.runSync(resolveConfig(pipeline, { set: ["task.dimension=4", "signal=grad"] }));
 * assertEquals([config.steps, config.task.dimension, config.signal.gradient], [3, 4, "prefix-mean"]);
 * const refused = Effect.runSync(Effect.flip(resolveConfig(pipeline, { set: ["step=4"] })));
 * assertEquals(refused.message, 'Cannot find option "step": did you mean "steps"?');
 * ```
 */
export function resolveConfig<Config extends CommonConfig>(
  pipeline: Pipeline<Config>,
  request: ConfigRequest = {},
): Effect.Effect<ResolvedConfig<Config>, InvalidConfiguration | UnknownOption> {
  return Effect.gen(function* () {
    const presets = Object.keys(pipeline.presets);
    const preset = request.preset ?? presets[0] ?? "quick";
    const chosen = pipeline.presets[preset];
    if (chosen === undefined) {
      return yield* new UnknownOption({ kind: "preset", found: preset, nearest: presets });
    }
    const { methods = {} } = pipeline;
    const method = request.method === undefined ? {} : methods[request.method];
    if (method === undefined) {
      const kind = `method of ${pipeline.name}`;
      return yield* new UnknownOption({ kind, found: request.method!, nearest: Object.keys(methods) });
    }
    const known = yield* decodeConfig(pipeline, {});
    let raw = mergeSettings(chosen, method);
    for (const setting of request.set ?? []) {
      const { path, value } = yield* parseSetting(setting);
      yield* checkPath(path, known as unknown as JsonObject);
      // A word waits for the last mask, unless a part of what it means is set.
      raw = setPath(path.length > 1 && path[0] === "signal" ? expandSignal(raw) : raw, path, value);
    }
    return { preset, config: yield* decodeConfig(pipeline, raw) };
  });
}

/**
 * Decodes a saved or merged configuration strictly: a field that the schema does not know is refused, and a signal word
 * becomes the signal that it names. {@linkcode InvalidConfiguration} lists every issue at once.
 */
export function decodeConfig<Config extends CommonConfig>(
  pipeline: Pipeline<Config>,
  raw: JsonObject,
): Effect.Effect<Config, InvalidConfiguration> {
  return Effect.suspend(() => {
    const decode = Schema.decodeUnknownResult(pipeline.config, {
      errors: "all",
      onExcessProperty: "error",
      reportInput: true,
    });
    const decoded = decode(expandSignal(raw));
    if (Result.isSuccess(decoded)) return Effect.succeed(decoded.success);
    const issues = decoded.failure.message.split(/\n(?! )/).map((issue) => issue.replace(/\n\s*/g, " "));
    return Effect.fail(new InvalidConfiguration({ what: `pipeline ${pipeline.name}`, issues }));
  });
}

/** Settings with others on top, group by group. */
export function mergeSettings(below: JsonObject, above: JsonObject): JsonObject {
  const isGroup = (value: Json | undefined): value is JsonObject =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const merged = Object.entries(above).map(([name, value]): [string, Json] => {
    const before = below[name];
    return [name, isGroup(before) && isGroup(value) ? mergeSettings(before, value) : value];
  });
  return { ...below, ...Object.fromEntries(merged) };
}

/** Turns a signal word into the signal that it names under the configuration's mask. */
function expandSignal(raw: JsonObject): JsonObject {
  const { signal, mask } = raw;
  const words: readonly string[] = ["data", "grad", "both", "residual", "data+residual"] satisfies SignalWord[];
  if (typeof signal !== "string" || !words.includes(signal)) return raw;
  return { ...raw, signal: { ...signalOf(signal as SignalWord, mask === "non-causal" ? mask : "causal") } };
}

function parseSetting(
  setting: string,
): Effect.Effect<{ readonly path: readonly string[]; readonly value: Json }, InvalidConfiguration> {
  const at = setting.indexOf("=");
  if (at < 1) {
    const issue = `"${setting}" is not path=value: write for example --set training.iterations=2000`;
    return Effect.fail(new InvalidConfiguration({ what: "--set", issues: [issue] }));
  }
  const text = setting.slice(at + 1);
  return Effect.succeed({ path: setting.slice(0, at).split("."), value: parseValue(text) });
}

function parseValue(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function checkPath(path: readonly string[], known: JsonObject): Effect.Effect<void, UnknownOption> {
  const all = pathsOf(known);
  const found = path.join(".");
  if (all.includes(found)) return Effect.void;
  return Effect.fail(new UnknownOption({ kind: "option", found, nearest: [closest(found, all)] }));
}

/** Every path of a configuration, groups included: `training`, `training.iterations`, … */
export function pathsOf(config: JsonObject, prefix = ""): string[] {
  return Object.entries(config).flatMap(([name, value]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    const isGroup = typeof value === "object" && value !== null && !Array.isArray(value);
    return isGroup ? [path, ...pathsOf(value as JsonObject, path)] : [path];
  });
}

function setPath(raw: JsonObject, path: readonly string[], value: Json): JsonObject {
  const [name, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) return { ...raw, [name]: value };
  const below = raw[name];
  const group = typeof below === "object" && below !== null && !Array.isArray(below) ? below as JsonObject : {};
  return { ...raw, [name]: setPath(group, rest, value) };
}
