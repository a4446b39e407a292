import type { RecordedCommand, RecordedDispatch } from "../../device/recorded_commands.ts";
import type { TensorRecording } from "../../device/record_tensors.ts";

/** Where the content of a buffer comes from. */
export type Source =
  | { readonly kind: "input"; readonly name: string }
  | { readonly kind: "uniform" | "constant"; readonly bytes: Uint8Array }
  | { readonly kind: "outside"; readonly buffer: GPUBuffer }
  | { readonly kind: "made" };

/** A buffer under its number. */
export interface NumberedBuffer {
  readonly source: Source;
  readonly size: number;
}

/** A range of a buffer that a program sees. */
export interface NumberedBinding {
  readonly binding: number;
  readonly buffer: number;
  readonly offset: number;
  readonly size: number;
  readonly written: boolean;
}

/** A command on numbered buffers. */
export type NumberedCommand =
  | (Omit<RecordedDispatch, "bindings"> & { readonly bindings: readonly NumberedBinding[] })
  | {
    readonly kind: "copy";
    readonly from: number;
    readonly fromOffset: number;
    readonly to: number;
    readonly toOffset: number;
    readonly size: number;
  }
  | { readonly kind: "clear"; readonly to: number; readonly toOffset: number; readonly size: number };

/** A result under its name. */
export interface NumberedResult {
  readonly name: string;
  readonly buffer: number;
  readonly shape: readonly number[];
  readonly dtype: TensorRecording["results"][number]["dtype"];
}

/** A recording whose buffers are numbers, by first appearance: two runs of one function are equal in them. */
export interface Numbered {
  readonly buffers: readonly NumberedBuffer[];
  readonly commands: readonly NumberedCommand[];
  readonly results: readonly NumberedResult[];
}

/** Numbers a recording's buffers. */
export function numbered(recording: TensorRecording): Numbered {
  const buffers: NumberedBuffer[] = [], numbers = new Map<GPUBuffer, number>();
  const numberOf = (buffer: GPUBuffer): number => {
    const known = numbers.get(buffer);
    if (known !== undefined) return known;
    numbers.set(buffer, buffers.length);
    return buffers.push({ source: sourceOf(buffer, recording), size: buffer.size }) - 1;
  };
  const commands = recording.commands.map((command) => numberedCommand(command, numberOf));
  return { buffers, commands, results: recording.results.map((r) => ({ ...r, buffer: numberOf(r.buffer) })) };
}

function numberedCommand(command: RecordedCommand, numberOf: (buffer: GPUBuffer) => number): NumberedCommand {
  switch (command.kind) {
    case "dispatch":
      return { ...command, bindings: command.bindings.map((b) => ({ ...b, buffer: numberOf(b.buffer) })) };
    case "copy":
      return { ...command, from: numberOf(command.from), to: numberOf(command.to) };
    case "clear":
      return { ...command, to: numberOf(command.to) };
  }
}

function sourceOf(buffer: GPUBuffer, { inputs, uploads, made }: TensorRecording): Source {
  const name = inputs.get(buffer);
  if (name !== undefined) return { kind: "input", name };
  const bytes = uploads.get(buffer);
  if (bytes !== undefined) return { kind: buffer.usage & GPUBufferUsage.UNIFORM ? "uniform" : "constant", bytes };
  return made(buffer) ? { kind: "made" } : { kind: "outside", buffer };
}

/** What a uniform or a constant holds. */
export function bytesOf(source: Source): Uint8Array {
  return "bytes" in source ? source.bytes : new Uint8Array(0);
}
