import { Effect, Exit } from "effect";
import * as tf from "@tensorflow/tfjs";
import { checkDevice, deviceFailure } from "../../device/check_device.ts";
import { recordTensors } from "../../device/record_tensors.ts";
import { Unrecordable } from "../../device/recorded_commands.ts";
import { bufferAt, currentGpu, freeUnusedBuffers } from "../../device/webgpu_tensors.ts";
import { CaptureRefused } from "../../errors/capture_refused.ts";
import type { DeviceLost } from "../../errors/device_lost.ts";
import type { ShaderFailed } from "../../errors/shader_failed.ts";
import type { TensorFunction, Tensors } from "../compiled.ts";
import { readsVariable, variablesAlive } from "../_variables.ts";
import { difference, type Obstacle } from "./difference.ts";
import { errorsOf } from "./errors_of.ts";
import { needed } from "./needed.ts";
import { type Numbered, numbered } from "./numbered.ts";
import { forbiddenWrite, prepared } from "./prepared.ts";
import { readResults, type Results, resultsDiffer, runOnCopies } from "./results.ts";
import { type CompiledOnWebGPU, replayOf } from "./replay.ts";

/** How a function is recorded. */
export interface CompileOptions {
  /**
   * Inputs that are bound where they lie rather than copied: weights and sums that stay on their buffers. Only these may
   * be changed in place.
   */
  readonly inPlace?: readonly string[];
  /** Results of float32 that the host reads each time: `readingOf` finds their numbers on the way. */
  readonly reads?: readonly string[];
}

/**
 * Records what a function runs on WebGPU, for replay in one pass: without tape, tidy or JavaScript between the kernels,
 * and with intermediates on few shared buffers. It runs eagerly on both examples, is recorded twice, and the first
 * replays, on intermediates full of NaN, must give the eager results bit for bit. Tensors from outside that are no
 * inputs are kept as they are now. The examples differ in all that may differ between runs, and stay the caller's
 * unchanged, those changed in place too. Fails with {@linkcode CaptureRefused} where a replay would not give what the
 * function gives; then go on with the function itself. The current backend must be a webgpu of `openDevice`.
 */
export function compileOnWebGPU(
  name: string,
  fn: TensorFunction,
  examples: readonly [Tensors, Tensors],
  { inPlace: names = [], reads = [] }: CompileOptions = {},
): Effect.Effect<CompiledOnWebGPU, CaptureRefused | DeviceLost | ShaderFailed> {
  const inPlace = new Set(names);
  const refuse = (obstacle: Obstacle) => Effect.fail(new CaptureRefused({ captured: name, ...obstacle }));
  const refusedByGpu = (errors: readonly string[]) => {
    const remedy = "run it eagerly, or with fewer tasks an iteration if memory is short";
    const found = `the GPU refused it (${errors.join("; ")})`;
    return Effect.andThen(deviceFailure, refuse({ where: "its first replay", found, remedy }));
  };
  const recorded = Effect.gen(function* () {
    const expected: Results[] = [];
    for (const example of examples) {
      const eager = Effect.try({ try: () => runOnCopies(fn, example, Object.keys(example)), catch: (error) => error });
      const ran = yield* Effect.catch(eager, (error) => Effect.andThen(deviceFailure, refuse(failedItself(error))));
      expected.push(yield* readResults(ran, inPlace));
    }
    yield* checkDevice;
    const first = recordedOnce(fn, examples[0]), second = recordedOnce(fn, examples[1]);
    if ("found" in first) return yield* refuse(first);
    if ("found" in second) return yield* refuse(second);
    const differs = difference(first, second) ?? forbiddenWrite(first, inPlace) ?? variableRead(first);
    if (differs !== undefined) return yield* refuse(differs);
    const gpu = currentGpu();
    const made = yield* errorsOf(
      gpu,
      () => replayOf(name, prepared(needed(first)), examples[0], inPlace, new Set(reads)),
    );
    const compiled = made.value;
    if (compiled === undefined) return yield* refusedByGpu(made.errors);
    const proven = Effect.gen(function* () {
      if (made.errors.length > 0) return yield* refusedByGpu(made.errors);
      for (const [i, example] of examples.entries()) {
        const { value: ran, errors } = yield* errorsOf(gpu, () => runOnCopies(compiled.run, example, inPlace));
        if (errors.length > 0 || ran === undefined) { // not to be read: that would fail for everybody
          if (ran !== undefined) tf.dispose([ran.results, ran.copies] as tf.NamedTensorMap[]);
          return yield* refusedByGpu(errors);
        }
        const differs = resultsDiffer(expected[i]!, yield* readResults(ran, inPlace));
        if (differs !== undefined) return yield* refuse(differs);
      }
      yield* checkDevice;
      return compiled;
    });
    return yield* Effect.onExit(proven, (exit) => Effect.sync(() => Exit.isFailure(exit) && compiled.dispose()));
  });
  return Effect.suspend(() => {
    const obstacle = unfit(examples, inPlace);
    // What ran eagerly here does so for the last time.
    return obstacle ? refuse(obstacle) : Effect.onExit(recorded, () => Effect.sync(freeUnusedBuffers));
  });
}

/** A tf.Variable that the function reads without being handed it. */
function variableRead({ buffers, commands }: Numbered): Obstacle | undefined {
  const variables = new Map([...variablesAlive()].map(([dataId, name]) => [bufferAt(dataId), name]));
  for (const [i, command] of commands.entries()) {
    if (command.kind !== "dispatch") continue;
    for (const { binding, buffer } of command.bindings) {
      const { source } = buffers[buffer]!, name = source.kind === "outside" ? variables.get(source.buffer) : undefined;
      if (name !== undefined) return readsVariable(`command ${i}, ${command.program}, binding ${binding}`, name);
    }
  }
  return undefined;
}

/** What is wrong before anything is recorded. */
function unfit([one, other]: readonly [Tensors, Tensors], inPlace: ReadonlySet<string>): Obstacle | undefined {
  const where = "its examples";
  if (tf.getBackend() !== "webgpu") {
    return { where: `backend ${tf.getBackend()}`, found: "this records webgpu alone", remedy: "open a webgpu device" };
  }
  if (tf.env().getBool("WEBGPU_CPU_FORWARD")) {
    const found = "small operations run on the processor, and their results would be kept as constants";
    return { where: "WEBGPU_CPU_FORWARD", found, remedy: "leave it false, as openDevice sets it" };
  }
  if (facts(one) !== facts(other)) {
    return { where, found: "names, shapes or types differ", remedy: "give two of the same shapes" };
  }
  const missing = [...inPlace].find((name) => !(name in one));
  if (missing !== undefined) {
    return { where, found: `inPlace names ${missing}, which is no input`, remedy: "mend the name" };
  }
  const odd = Object.values(one).find(({ dtype }) => !["float32", "int32", "bool"].includes(dtype));
  return odd && { where, found: `one is of type ${odd.dtype}`, remedy: "give float32, int32 or bool" };
}

function facts(tensors: Tensors): string {
  return JSON.stringify(Object.keys(tensors).sort().map((name) => [name, tensors[name]!.shape, tensors[name]!.dtype]));
}

function recordedOnce(fn: TensorFunction, like: Tensors): Numbered | Obstacle {
  try {
    return numbered(recordTensors(fn, like));
  } catch (error) {
    if (error instanceof Unrecordable) return error;
    return failedItself(error);
  }
}

function failedItself(error: unknown): Obstacle {
  return { where: "the function", found: String(error), remedy: "run it eagerly, to see whether it fails there" };
}
