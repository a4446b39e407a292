import { standInBuffer } from "./_stand_in_buffer.ts";
import { type RecordedCommand, Unrecordable } from "./recorded_commands.ts";

/** What is known of a pipeline: its name, and which bindings its text may write. */
export interface PipelineFacts {
  readonly program: string;
  readonly written: ReadonlySet<number>;
}

/** Takes the place of a device's commands while something is recorded; nothing reaches the GPU. */
export class CommandRecorder {
  /** What was submitted, in order. */
  readonly commands: RecordedCommand[] = [];
  /** First contents of buffers that come from the host. */
  readonly uploads = new Map<GPUBuffer, Uint8Array>();
  readonly #used = new Set<GPUBuffer>();
  readonly #groups = new WeakMap<object, GPUBindGroupDescriptor>();
  readonly #lists = new WeakMap<object, readonly RecordedCommand[]>();

  constructor(readonly factsOf: (pipeline: GPUComputePipeline) => PipelineFacts) {}

  createBuffer(descriptor: GPUBufferDescriptor): GPUBuffer {
    return standInBuffer(descriptor, (buffer, bytes) => this.uploads.set(buffer, bytes));
  }

  createBindGroup(descriptor: GPUBindGroupDescriptor): GPUBindGroup {
    const group = {};
    this.#groups.set(group, descriptor);
    return group as GPUBindGroup;
  }

  writeBuffer(buffer: GPUBuffer, offset: number, data: BufferSource, from = 0, count?: number): void {
    if (this.#used.has(buffer)) {
      throw new Unrecordable("a write", "the host writes a buffer that is in use", "make a new tensor instead");
    }
    const unit = ArrayBuffer.isView(data) ? (data as Uint8Array).BYTES_PER_ELEMENT ?? 1 : 1;
    const whole = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);
    const bytes = whole.subarray(from * unit, count === undefined ? undefined : (from + count) * unit);
    const content = this.uploads.get(buffer) ?? new Uint8Array(buffer.size);
    content.set(bytes, offset);
    this.uploads.set(buffer, content);
  }

  createCommandEncoder(): GPUCommandEncoder {
    const list: RecordedCommand[] = [];
    const encoder = {
      beginComputePass: () => this.#pass(list),
      // deno-fmt-ignore
      copyBufferToBuffer: (from: GPUBuffer, fromOffset: number, to: GPUBuffer, toOffset: number, size: number) =>
        void list.push({ kind: "copy", from, fromOffset, to, toOffset, size }),
      clearBuffer: (to: GPUBuffer, toOffset = 0, size = to.size - toOffset) =>
        void list.push({ kind: "clear", to, toOffset, size }),
      finish: () => {
        const finished = {};
        this.#lists.set(finished, list);
        return finished;
      },
    };
    return onlyThese(encoder, "command encoder") as unknown as GPUCommandEncoder;
  }

  submit(buffers: Iterable<GPUCommandBuffer>): void {
    for (const buffer of buffers) {
      const list = this.#lists.get(buffer);
      if (list === undefined) throw outside("a command buffer");
      for (const command of list) {
        const touched = command.kind === "dispatch" ? command.bindings.map(({ buffer }) => buffer) : [command.to];
        for (const buffer of touched) this.#used.add(buffer);
        if (command.kind === "copy") this.#used.add(command.from);
      }
      this.commands.push(...list);
    }
  }

  #pass(list: RecordedCommand[]): unknown {
    let pipeline: GPUComputePipeline | undefined, group: GPUBindGroupDescriptor | undefined;
    const pass = {
      setPipeline: (next: GPUComputePipeline) => void (pipeline = next),
      setBindGroup: (index: number, next: object, offsets?: unknown) => {
        group = this.#groups.get(next);
        if (group === undefined || index !== 0 || offsets !== undefined) throw outside("a bind group");
      },
      dispatchWorkgroups: (x: number, y = 1, z = 1) => {
        const { program, written } = this.factsOf(pipeline!), { layout, entries } = group!;
        const bindings = [...entries].map(({ binding, resource }) => {
          const { buffer, offset = 0, size } = resource as GPUBufferBinding;
          return { binding, buffer, offset, size: size ?? buffer.size - offset, written: written.has(binding) };
        });
        list.push({ kind: "dispatch", program, pipeline: pipeline!, layout, bindings, grid: [x, y, z] });
      },
      end: () => {},
    };
    return onlyThese(pass, "compute pass");
  }
}

function outside(what: string): Unrecordable {
  return new Unrecordable(what, "it was made outside, or is used in a way that replays cannot", "make it inside");
}

/** Whatever else is called is refused by name. */
function onlyThese(methods: Readonly<Record<string, unknown>>, where: string): unknown {
  return new Proxy(methods, {
    get(target, name) {
      if (name in target) return target[String(name)];
      throw new Unrecordable(where, `${String(name)} is not recorded`, "leave it out, or run eagerly");
    },
  });
}
