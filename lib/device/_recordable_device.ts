import { CommandRecorder, type PipelineFacts } from "./_command_recorder.ts";

/** A device whose commands can be recorded, as a recorder swaps in and out. */
interface Recordable {
  recorder: CommandRecorder | undefined;
  readonly factsOf: (pipeline: GPUComputePipeline) => PipelineFacts;
}

const recordables = new WeakMap<GPUDevice, Recordable>();

/**
 * A façade of a device for tfjs: it passes everything on, except while {@linkcode whileRecording} runs. Programs, copies
 * and uploads of tfjs and of our own kernels go through these few methods in their true order.
 */
export function recordableDevice(device: GPUDevice): GPUDevice {
  const codes = new WeakMap<GPUShaderModule, string>(), facts = new WeakMap<GPUComputePipeline, PipelineFacts>();
  const note = (made: GPUComputePipeline, { label, compute }: GPUComputePipelineDescriptor): GPUComputePipeline => {
    const code = codes.get(compute.module) ?? "";
    facts.set(made, { program: label || compute.module.label || "a program", written: writtenBindings(code) });
    return made;
  };
  const unknown: PipelineFacts = { program: "a program", written: new Set() };
  const state: Recordable = { recorder: undefined, factsOf: (pipeline) => facts.get(pipeline) ?? unknown };
  const queue = passOn(device.queue, {
    submit: (buffers: Iterable<GPUCommandBuffer>) => (state.recorder ?? device.queue).submit([...buffers]),
    writeBuffer: (...args: Parameters<CommandRecorder["writeBuffer"]>) =>
      state.recorder
        ? state.recorder.writeBuffer(...args)
        : device.queue.writeBuffer(...args as unknown as Parameters<GPUQueue["writeBuffer"]>),
  });
  const facade = passOn(device, {
    queue,
    createBuffer: (d: GPUBufferDescriptor) => (state.recorder ?? device).createBuffer(d),
    createBindGroup: (d: GPUBindGroupDescriptor) => (state.recorder ?? device).createBindGroup(d),
    createCommandEncoder: (d?: GPUCommandEncoderDescriptor) =>
      state.recorder ? state.recorder.createCommandEncoder() : device.createCommandEncoder(d),
    createShaderModule: (d: GPUShaderModuleDescriptor) => {
      const made = device.createShaderModule(d);
      codes.set(made, d.code);
      return made;
    },
    createComputePipeline: (d: GPUComputePipelineDescriptor) => note(device.createComputePipeline(d), d),
    createComputePipelineAsync: async (d: GPUComputePipelineDescriptor) =>
      note(await device.createComputePipelineAsync(d), d),
  });
  recordables.set(facade, state);
  return facade;
}

/** Runs with this façade's commands going to a recorder, which is answered; undefined if it is no façade of ours. */
export function whileRecording(facade: GPUDevice, run: () => void): CommandRecorder | undefined {
  const state = recordables.get(facade);
  if (state === undefined) return undefined;
  const recorder = state.recorder = new CommandRecorder(state.factsOf);
  try {
    run();
  } finally {
    state.recorder = undefined;
  }
  return recorder;
}

/** Numbers of the storage buffers that WGSL declares as writable. */
export function writtenBindings(code: string): ReadonlySet<number> {
  const declared = /@binding\(\s*(\d+)u?\s*\)\s*(?:@group\([^)]*\)\s*)?var\s*<\s*storage\s*,\s*read_write/g;
  return new Set([...code.matchAll(declared)].map(([, binding]) => Number(binding)));
}

/** Another's methods and fields, but for some. Native methods want the object itself as `this`. */
function passOn<T extends object>(target: T, own: Readonly<Record<string, unknown>>): T {
  const bound = new Map<PropertyKey, unknown>();
  return new Proxy(target, {
    get(_, name) {
      if (typeof name === "string" && Object.hasOwn(own, name)) return own[name];
      const known = bound.get(name);
      if (known !== undefined) return known;
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function" || name === "constructor") return value;
      const method = value.bind(target);
      bound.set(name, method);
      return method;
    },
    set: (_, name, value) => Reflect.set(target, name, value, target),
  });
}
