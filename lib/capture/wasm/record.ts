import * as tf from "@tensorflow/tfjs";
import type { DataId, DataType, TensorInfo } from "@tensorflow/tfjs";
import { forbidDraws } from "../../device/forbid_draws.ts";
import type { TensorFunction, Tensors } from "../compiled.ts";
import { readsVariable, variablesAlive } from "../_variables.ts";
import { changesInPlace } from "./changes_in_place.ts";
import { type HookedBackend, type KernelCall, wrapKernels } from "./hooks.ts";
import type { Obstacle, RecordedBuffer, RecordedCall, RecordedView, Recording } from "./recording.ts";

/** Thrown through the recorded function to its end. */
class Stopped extends Error {}

/**
 * Runs a function once and lists its kernels; its results are disposed. Answers what is in the way where something can
 * never be replayed: a host read, a random draw, a change of an input or constant, a tensor that is no plain array of
 * numbers.
 */
export function record(hooks: HookedBackend, fn: TensorFunction, inputs: Tensors): Recording | Obstacle {
  const recorder = new Recorder(hooks, inputs);
  try {
    return recorder.run(fn, inputs);
  } catch (thrown) {
    if (recorder.obstacle !== undefined) return recorder.obstacle;
    return { where: "the function", found: String(thrown), remedy: "run it eagerly, to see whether it fails there" };
  }
}

class Recorder {
  obstacle: Obstacle | undefined;
  readonly #buffers: RecordedBuffer[] = [];
  readonly #calls: RecordedCall[] = [];
  /** Strong, so that no number is given twice. */
  readonly #numbers = new Map<DataId, number>();
  readonly #hooks: HookedBackend;
  readonly #variables = variablesAlive();
  /** What the running kernel has made; undefined between kernels. */
  #made: number[] | undefined;

  constructor(hooks: HookedBackend, inputs: Tensors) {
    this.#hooks = hooks;
    for (const [name, { dataId, shape, dtype }] of Object.entries(inputs)) {
      this.#add(dataId, { kind: "input", name, shape, dtype, size: bytesOf(shape, dtype) });
    }
  }

  run(fn: TensorFunction, inputs: Tensors): Recording {
    const write = (...[values, shape, dtype]: Parameters<HookedBackend["write"]>): DataId => {
      const dataId = this.#hooks.write(values, shape, dtype);
      if (this.#made !== undefined) this.#made.push(this.#make(dataId, shape, dtype));
      return dataId;
    };
    const read = (): void => {
      if (this.#made !== undefined) return; // a kernel that works on the host reads anew each time
      this.#stop(
        `after kernel ${this.#calls.length}`,
        "a tensor is read on the host",
        "hand in what changes as a tensor, and leave data(), dataSync() and the like outside",
      );
    };
    const engine = tf.engine();
    engine.startScope();
    const allowDraws = forbidDraws(({ where, found, remedy }) => this.#stop(where, found, remedy));
    try {
      const results = wrapKernels(
        (call, proceed) => this.#call(call, proceed),
        () => this.#hooks.intervene({ write, read }, () => Object.entries(fn(inputs))),
      );
      if (this.obstacle !== undefined) throw new Stopped();
      const seen = results.map(([name, tensor]) => [name, this.#view(`result ${name}`, tensor)] as const);
      for (const [, tensor] of results) if (!Object.values(inputs).includes(tensor)) tensor.dispose();
      return { buffers: this.#buffers, calls: this.#calls, results: seen };
    } finally {
      allowDraws();
      engine.endScope();
    }
  }

  #call(call: KernelCall, proceed: () => TensorInfo | TensorInfo[]): TensorInfo | TensorInfo[] {
    const { kernel, run, attrs } = call, where = `kernel ${this.#calls.length}, ${kernel}`;
    const inputs = Object.entries(call.inputs).map(([name, tensor]) =>
      [name, tensor == null ? null : this.#view(where, tensor)] as const
    );
    const changed = inputs.flatMap(([name, view]) =>
      view !== null && changesInPlace(kernel, name) ? [view.buffer] : []
    );
    for (const number of changed) {
      const { kind } = this.#buffers[number]!;
      if (kind !== "made") this.#stop(where, `it changes ${aOf[kind]} in place`, "change a copy of it, by mul(1)");
    }
    const made = this.#made = [] as number[];
    let outputs: TensorInfo | TensorInfo[];
    try {
      outputs = proceed();
    } finally {
      this.#made = undefined;
    }
    const views = [outputs].flat().map((output) => this.#view(where, output));
    this.#calls.push({ kernel, run, inputs, list: Array.isArray(call.inputs), attrs, made, changed, outputs: views });
    return outputs;
  }

  /** A tensor by number; one that is new here was there before, or holds numbers from the host: a constant. */
  #view(where: string, { dataId, shape, dtype }: TensorInfo): RecordedView {
    if (dtype === "string" || dtype === "complex64") {
      this.#stop(where, `a tensor of type ${dtype}`, "leave such tensors outside");
    }
    let buffer = this.#numbers.get(dataId);
    if (buffer === undefined) {
      const variable = this.#variables.get(dataId);
      if (variable !== undefined) {
        const { found, remedy } = readsVariable(where, variable);
        this.#stop(where, found, remedy);
      }
      const size = bytesOf(shape, dtype), at = this.#hooks.address(dataId);
      const contents = this.#hooks.bytes().slice(at, at + size);
      buffer = this.#add(dataId, { kind: "constant", shape: [...shape], dtype, size, contents });
    }
    return { buffer, shape: [...shape], dtype };
  }

  #make(dataId: DataId, shape: readonly number[], dtype: DataType): number {
    return this.#add(dataId, { kind: "made", shape: [...shape], dtype, size: bytesOf(shape, dtype) });
  }

  #add(dataId: DataId, buffer: RecordedBuffer): number {
    this.#numbers.set(dataId, this.#buffers.length);
    return this.#buffers.push(buffer) - 1;
  }

  #stop(where: string, found: string, remedy: string): never {
    this.obstacle ??= { where, found, remedy };
    throw new Stopped(found);
  }
}

const aOf = { input: "an input", constant: "a constant", made: "" } as const;

function bytesOf(shape: readonly number[], dtype: DataType): number {
  return tf.util.sizeFromShape([...shape]) * tf.util.bytesPerElement(dtype);
}
