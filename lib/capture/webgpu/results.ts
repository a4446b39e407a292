import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { deviceFailure } from "../../device/check_device.ts";
import { copyTensor } from "../../device/webgpu_tensors.ts";
import type { DeviceLost } from "../../errors/device_lost.ts";
import type { ShaderFailed } from "../../errors/shader_failed.ts";
import type { TensorFunction, Tensors } from "../compiled.ts";
import type { Obstacle } from "./difference.ts";

/** Numbers by name. */
export type Results = ReadonlyMap<string, ArrayLike<number>>;

/** What a run gave; the caller owns all of it. */
export interface Ran {
  readonly results: Tensors;
  /** Copies that stood for inputs, under their names. */
  readonly copies: Tensors;
}

/** Runs a function with copies in the place of some inputs, so that an example stays as it is. */
export function runOnCopies(fn: TensorFunction, example: Tensors, copied: Iterable<string>): Ran {
  const copies = Object.fromEntries([...copied].map((name) => [name, copyTensor(example[name]!)]));
  try {
    return { results: tf.tidy(() => ({ ...fn({ ...example, ...copies }) })) as Tensors, copies };
  } catch (error) {
    tf.dispose(copies);
    throw error;
  }
}

/** Reads results, and inputs that were changed in place, and frees all. Fails as `checkDevice` if the GPU went away. */
export function readResults(
  { results, copies }: Ran,
  inPlace: Iterable<string>,
): Effect.Effect<Results, DeviceLost | ShaderFailed> {
  const tensors = [
    ...Object.entries(results),
    ...[...inPlace].map((name) => [`(input ${name}, changed in place)`, copies[name]!] as const),
  ];
  const read = Effect.tryPromise(async () => {
    const numbers = await Promise.all(tensors.map(([, tensor]) => tensor.data()));
    return new Map(tensors.map(([name], i): [string, ArrayLike<number>] => [name, numbers[i]!]));
  });
  const told = Effect.catch(read, (error) => Effect.andThen(deviceFailure, Effect.die(error.cause)));
  return Effect.onExit(told, () => Effect.sync(() => tf.dispose([results, copies] as tf.NamedTensorMap[])));
}

/** The first number in which results differ; NaN equals NaN, and 0 is not -0. */
export function resultsDiffer(eager: Results, replayed: Results): Obstacle | undefined {
  for (const [name, numbers] of eager) {
    const found = replayed.get(name)!;
    for (let i = 0; i < numbers.length; i++) {
      if (Object.is(numbers[i], found[i])) continue;
      return {
        where: `result ${name}, number ${i}`,
        found: `eagerly it is ${numbers[i]}, replayed ${found[i]}`,
        remedy: "run it eagerly: a kernel inside is not reproducible, or does not write all of its output",
      };
    }
  }
  return undefined;
}
