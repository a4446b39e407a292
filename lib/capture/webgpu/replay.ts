import type { Tensor } from "@tensorflow/tfjs";
import {
  bufferOf,
  copyFromHost,
  currentGpu,
  flushTensors,
  forgetHostValues,
  unwrittenTensor,
} from "../../device/webgpu_tensors.ts";
import { beginReading } from "../../device/reading.ts";
import { inputCheck, type InputFacts, wasDisposed } from "../check_inputs.ts";
import type { Compiled, Tensors } from "../compiled.ts";
import { type Buffers, makeBuffers, type MemoryOf, type Place } from "./buffers.ts";
import type { Numbered, NumberedCommand } from "./numbered.ts";
import { makeRing } from "./ring.ts";

/** A function recorded on WebGPU. */
export interface CompiledOnWebGPU extends Compiled {
  /** What it holds on the GPU. */
  readonly memory: MemoryOf;
}

interface Step {
  readonly command: NumberedCommand;
  /** The bind group of a dispatch; missing until the inputs that it binds in place are known. */
  group?: GPUBindGroup;
}

/** Makes a recording ready to run on inputs like these: buffers and bind groups once, then one submit a run. */
export function replayOf(
  name: string,
  recording: Numbered,
  like: Tensors,
  inPlace: ReadonlySet<string>,
  reads: ReadonlySet<string>,
): CompiledOnWebGPU {
  const gpu = currentGpu(), { places, inputBytes, memory, destroy } = makeBuffers(gpu, recording, inPlace);
  const inputs = new Map(
    Object.entries(like).map(([name, { shape, dtype }]): [string, InputFacts] => [name, { shape, dtype }]),
  );
  const numbers = new Map(
    recording.buffers.flatMap(({ source }, i) => source.kind === "input" ? [[source.name, i]] : []),
  );
  const copied = [...numbers].filter(([name]) => !inPlace.has(name));
  const staging = new ArrayBuffer(inputBytes),
    upload = (tensors: Tensors, encoder: GPUCommandEncoder): void => {
      let fromHost = false;
      for (const [name, number] of copied) {
        const tensor = tensors[name]!, { buffer, offset } = places.get(number)!;
        if (copyFromHost(tensor, staging, offset)) fromHost = true;
        else encoder.copyBufferToBuffer(bufferOf(tensor), 0, buffer, offset, 4 * tensor.size);
      }
      // One write for all: what is stale in it is copied over by the encoder, which comes later.
      if (fromHost) gpu.queue.writeBuffer(places.get(copied[0]![1])!.buffer, 0, staging);
    };
  const bound = new Map<number, Place>();
  const placeOf = (buffer: number): Place => places.get(buffer) ?? bound.get(buffer)!;
  const steps = recording.commands.map((command): Step => ({ command }));
  for (const step of steps) if (isFixed(step.command, places)) step.group = groupOf(gpu, step.command, placeOf);

  const own = [...inPlace].flatMap((name) => numbers.has(name) ? [{ name, number: numbers.get(name)! }] : []);
  const last = new Map<number, Tensor>(); // whose buffer does not change
  const bind = (tensors: Tensors): void => {
    const moved = new Set<number>();
    for (const { name, number } of own) {
      const tensor = tensors[name]!;
      if (last.get(number) === tensor) continue;
      last.set(number, tensor);
      const buffer = bufferOf(tensor);
      if (bound.get(number)?.buffer !== buffer) moved.add(number);
      bound.set(number, { buffer, offset: 0 });
    }
    if (moved.size === 0) return;
    for (const step of steps) {
      const { command } = step;
      if (command.kind !== "dispatch" || !command.bindings.some(({ buffer }) => moved.has(buffer))) continue;
      step.group = groupOf(gpu, command, placeOf);
    }
  };

  const ring = makeRing(gpu), check = inputCheck(name, inputs);
  let open = true;
  const run = (tensors: Tensors): Tensors => {
    check(tensors);
    if (!open) throw wasDisposed(name);
    bind(tensors);
    flushTensors(); // what made the inputs comes first
    const encoder = gpu.createCommandEncoder();
    upload(tensors, encoder);
    encode(encoder, steps, placeOf);
    const submitted: (() => void)[] = [];
    const results = recording.results.map(({ name, buffer, shape, dtype }): [string, Tensor] => {
      const result = unwrittenTensor(shape, dtype), { buffer: from, offset } = placeOf(buffer), size = 4 * result.size;
      encoder.copyBufferToBuffer(from, offset, bufferOf(result), 0, size);
      if (reads.has(name)) {
        const read = ring.copy(encoder, from, offset, size);
        submitted.push(() => beginReading(result, read().then((bytes) => new Float32Array(bytes))));
      }
      return [name, result];
    });
    gpu.queue.submit([encoder.finish()]);
    submitted.forEach((begin) => begin());
    for (const { name } of own) forgetHostValues(tensors[name]!);
    return Object.fromEntries(results);
  };
  const calls = steps.filter(({ command }) => command.kind === "dispatch").length;
  const dispose = (): void => {
    if (!open) return;
    destroy();
    ring.destroy();
    open = false;
  };
  return { run, calls, memory, dispose };
}

function isFixed(command: NumberedCommand, places: Buffers["places"]): boolean {
  return command.kind === "dispatch" && command.bindings.every(({ buffer }) => places.has(buffer));
}

function groupOf(gpu: GPUDevice, command: NumberedCommand, placeOf: (buffer: number) => Place): GPUBindGroup {
  if (command.kind !== "dispatch") throw new Error(`Cannot bind a ${command.kind}`);
  const entries = command.bindings.map(({ binding, buffer: number, offset, size }) => {
    const { buffer, offset: start } = placeOf(number);
    return { binding, resource: { buffer, offset: start + offset, size } };
  });
  return gpu.createBindGroup({ layout: command.layout, entries });
}

/** Dispatches in one pass, each seeing what those before wrote; only a copy or a clear ends it. */
function encode(encoder: GPUCommandEncoder, steps: readonly Step[], placeOf: (buffer: number) => Place): void {
  let pass: GPUComputePassEncoder | undefined, pipeline: GPUComputePipeline | undefined;
  const endPass = (): void => {
    pass?.end();
    pass = pipeline = undefined;
  };
  for (const { command, group } of steps) {
    if (command.kind === "dispatch") {
      pass ??= encoder.beginComputePass();
      if (pipeline !== command.pipeline) pass.setPipeline(pipeline = command.pipeline);
      pass.setBindGroup(0, group!);
      pass.dispatchWorkgroups(...command.grid);
      continue;
    }
    endPass();
    const { buffer, offset } = placeOf(command.to);
    if (command.kind === "clear") encoder.clearBuffer(buffer, offset + command.toOffset, command.size);
    else {
      const from = placeOf(command.from);
      // deno-fmt-ignore
      encoder.copyBufferToBuffer(from.buffer, from.offset + command.fromOffset, buffer, offset + command.toOffset, command.size);
    }
  }
  endPass();
}
