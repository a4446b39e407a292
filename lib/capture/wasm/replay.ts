import * as tf from "@tensorflow/tfjs";
import type { DataId, KernelFunc, TensorInfo } from "@tensorflow/tfjs";
import type { Compiled, Tensors } from "../compiled.ts";
import { inputCheck, wasDisposed } from "../check_inputs.ts";
import type { HookedBackend } from "./hooks.ts";
import type { Plan } from "./plan.ts";
import type { RecordedCall, RecordedView, Recording } from "./recording.ts";
import { leaveBlock, useBlock } from "./shared_block.ts";

/** A tensor of the replay; what comes in and what is given out lies elsewhere each time. */
interface Info {
  dataId: DataId;
  readonly shape: number[];
  readonly dtype: tf.DataType;
}

/** Where the next buffer that a kernel asks for lies: at a fixed place, or, if null, in memory of its own. */
interface Slot {
  readonly buffer: number;
  readonly dataId: DataId | null;
}

interface Step {
  readonly run: KernelFunc;
  readonly call: Parameters<KernelFunc>[0];
  readonly name: string;
  /** Slots used when it is done. */
  readonly end: number;
}

/** Lays a plan out in memory, and runs what runs once. Undefined where memory is exhausted. */
export function replayOf(hooks: HookedBackend, name: string, recording: Recording, plan: Plan): Compiled | undefined {
  const { buffers } = recording, align = (address: number): number => Math.ceil(address / 64) * 64;
  const keptAt = hooks.allocate(plan.keptBytes + 64);
  const block = keptAt === 0 ? undefined : useBlock(hooks, plan.sharedBytes);
  if (block === undefined) {
    if (keptAt !== 0) hooks.free(keptAt);
    return undefined;
  }
  const placed = new Map<number, DataId>();
  const place = (offsets: ReadonlyMap<number, number>, base: number): void => {
    for (const [buffer, offset] of offsets) {
      const { shape, dtype } = buffers[buffer]!;
      placed.set(buffer, hooks.place(shape, dtype, base + offset));
    }
  };
  place(plan.kept, align(keptAt));
  place(plan.shared, align(block.address));
  // Not a number: whoever reads what was never written is seen.
  hooks.bytes().fill(255, block.address, block.address + block.bytes);
  for (const buffer of plan.kept.keys()) {
    const { contents } = buffers[buffer]!;
    if (contents !== undefined) hooks.bytes().set(contents, hooks.address(placed.get(buffer)!));
  }

  const infos = new Map<number, Info[]>();
  const info = (view: RecordedView): Info => {
    const known = infos.get(view.buffer) ?? [];
    infos.set(view.buffer, known);
    const found = known.find(({ shape, dtype }) => dtype === view.dtype && tf.util.arraysEqual(shape, [...view.shape]));
    if (found !== undefined) return found;
    const made: Info = { dataId: placed.get(view.buffer) ?? {}, shape: [...view.shape], dtype: view.dtype };
    known.push(made);
    return made;
  };
  const slots: Slot[] = [];
  const step = ({ kernel, run, inputs, list, attrs, made }: RecordedCall): Step => {
    for (const buffer of made) slots.push({ buffer, dataId: placed.get(buffer) ?? null });
    const named = inputs.map(([name, view]) => [name, view === null ? null : info(view)] as const);
    const given = list ? named.map(([, tensor]) => tensor) : Object.fromEntries(named);
    const call = { inputs: given, attrs, backend: hooks.backend } as unknown as Step["call"];
    return { run, call, name: kernel, end: slots.length };
  };
  const once = plan.once.map(step), from = slots.length, steps = plan.calls.map(step);

  const fresh = new Map<number, DataId>();
  let next = 0;
  const write: HookedBackend["write"] = (values, shape, dtype) => {
    const slot = slots[next++];
    if (slot === undefined) throw changed(name, "a kernel more");
    if (slot.dataId === null) {
      const dataId = hooks.write(values, shape, dtype);
      fresh.set(slot.buffer, dataId);
      for (const info of infos.get(slot.buffer) ?? []) info.dataId = dataId;
      return dataId;
    }
    if (values !== null && values !== undefined) {
      const { buffer, byteOffset } = values;
      hooks.bytes().set(
        new Uint8Array(buffer, byteOffset, buffers[slot.buffer]!.size),
        hooks.address(slot.dataId),
      );
    }
    return slot.dataId;
  };
  const play = (steps: readonly Step[], first: number): void =>
    hooks.intervene({ write, holds: true }, () => {
      next = first;
      for (const { run, call, name: kernel, end } of steps) {
        run(call);
        if (next !== end) throw changed(name, kernel);
      }
    });
  play(once, 0);

  const inputs = new Map(buffers.flatMap((buffer, i) => buffer.kind === "input" ? [[i, buffer] as const] : []));
  const facts = new Map([...inputs.values()].map(({ name: input, shape, dtype }) => [input!, { shape, dtype }]));
  const check = inputCheck(name, facts);
  const bind = (tensors: Tensors): void => {
    check(tensors);
    for (const [i, { name: input }] of inputs) {
      for (const info of infos.get(i) ?? []) info.dataId = tensors[input!]!.dataId;
    }
  };
  /** A result on memory of its own, tracked by tfjs. */
  const give = (view: RecordedView, tensors: Tensors): tf.Tensor => {
    let dataId = fresh.get(view.buffer);
    fresh.delete(view.buffer);
    if (dataId === undefined) {
      const input = inputs.get(view.buffer);
      const source = input === undefined ? sourceOf(view.buffer) : tensors[input.name!]!.dataId;
      dataId = hooks.write(null, [...view.shape], view.dtype);
      const at = hooks.address(source), bytes = buffers[view.buffer]!.size;
      hooks.bytes().copyWithin(hooks.address(dataId), at, at + bytes);
    }
    given.set(view.buffer, dataId);
    const result: TensorInfo = { dataId, shape: [...view.shape], dtype: view.dtype };
    return tf.engine().makeTensorFromTensorInfo(result);
  };
  /** Results that were given out already, of which another one is asked for. */
  const given = new Map<number, DataId>();
  const sourceOf = (buffer: number): DataId => placed.get(buffer) ?? given.get(buffer)!;

  let open = true;
  return {
    calls: steps.length,
    run: (tensors) => {
      if (tf.backend() !== hooks.backend) {
        throw new Error(`Cannot replay ${name}: its backend is no longer the current`);
      }
      if (!open) throw wasDisposed(name);
      bind(tensors);
      given.clear();
      try {
        play(steps, from);
        return Object.fromEntries(recording.results.map(([result, view]) => [result, give(view, tensors)]));
      } finally {
        for (const dataId of fresh.values()) hooks.backend.disposeData(dataId); // of a replay that failed
        fresh.clear();
      }
    },
    dispose: () => {
      if (!open || !hooks.alive()) return;
      open = false;
      for (const dataId of placed.values()) hooks.forget(dataId);
      placed.clear();
      leaveBlock(hooks, block);
      hooks.free(keptAt);
    },
  };
}

function changed(name: string, kernel: string): Error {
  return new Error(`Cannot replay ${name}: ${kernel} asks for other memory than when it was recorded`);
}
