/** Milliseconds that programs took on the GPU, by name. */
export type ProgramTimes = ReadonlyMap<string, { readonly calls: number; readonly ms: number }>;

/** Dispatches of a command buffer that have room in one query set. */
const most = 2048;

/** A command buffer's timestamps, still on the GPU. */
interface Stamped {
  readonly programs: readonly string[];
  readonly ticks: GPUBuffer;
  /** Frees what they were taken with. */
  readonly free: () => void;
}

/**
 * Gives every dispatch of this process a pass of its own with timestamps at both ends, from now on: call it before
 * anything opens a device. What comes back waits for the GPU and answers what was timed since the last call.
 */
export function timeDispatches(device: () => GPUDevice): () => Promise<ProgramTimes> {
  const { requestDevice } = GPUAdapter.prototype, { beginComputePass, finish } = GPUCommandEncoder.prototype;
  const { submit } = GPUQueue.prototype, done: Stamped[] = [];
  const open = new WeakMap<GPUCommandEncoder, { readonly set: GPUQuerySet; readonly programs: string[] }>();
  const finished = new WeakMap<GPUCommandBuffer, Stamped>();
  GPUAdapter.prototype.requestDevice = function (descriptor) {
    return requestDevice.call(this, { ...descriptor, requiredFeatures: ["timestamp-query"] });
  };
  GPUCommandEncoder.prototype.beginComputePass = function () {
    let entry = open.get(this);
    if (entry === undefined) {
      entry = { set: device().createQuerySet({ type: "timestamp", count: 2 * most }), programs: [] };
      open.set(this, entry);
    }
    const { set, programs } = entry;
    let pipeline: GPUComputePipeline | undefined, group: GPUBindGroup | undefined;
    const pass = {
      setPipeline: (next: GPUComputePipeline) => void (pipeline = next),
      setBindGroup: (_: number, next: GPUBindGroup) => void (group = next),
      dispatchWorkgroups: (...grid: [number, number, number]) => {
        if (programs.length === most) throw new Error(`Cannot time more than ${most} dispatches of a command buffer`);
        const at = 2 * programs.push(pipeline!.label || "one of tfjs's") - 2;
        const timestampWrites = { querySet: set, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
        const own = beginComputePass.call(this, { timestampWrites });
        own.setPipeline(pipeline!);
        own.setBindGroup(0, group!);
        own.dispatchWorkgroups(...grid);
        own.end();
      },
      end: () => {},
    };
    return pass as unknown as GPUComputePassEncoder;
  };
  GPUCommandEncoder.prototype.finish = function (...args) {
    const entry = open.get(this);
    if (entry === undefined || entry.programs.length === 0) return finish.apply(this, args);
    const { set, programs } = entry, size = 16 * programs.length;
    const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
    const resolved = device().createBuffer({ size, usage: QUERY_RESOLVE | COPY_SRC });
    const ticks = device().createBuffer({ size, usage: COPY_DST | MAP_READ });
    this.resolveQuerySet(set, 0, 2 * programs.length, resolved, 0);
    this.copyBufferToBuffer(resolved, 0, ticks, 0, size);
    const buffer = finish.apply(this, args);
    finished.set(buffer, { programs, ticks, free: () => [set, resolved, ticks].forEach((one) => one.destroy()) });
    return buffer;
  };
  GPUQueue.prototype.submit = function (buffers) {
    const all = [...buffers];
    submit.call(this, all);
    done.push(...all.flatMap((buffer) => finished.get(buffer) ?? []));
  };
  return async () => {
    const times = new Map<string, { calls: number; ms: number }>();
    for (const { programs, ticks, free } of done.splice(0)) {
      await ticks.mapAsync(GPUMapMode.READ);
      const nanoseconds = new BigUint64Array(ticks.getMappedRange());
      for (const [i, program] of programs.entries()) {
        const ms = Number(nanoseconds[2 * i + 1]! - nanoseconds[2 * i]!) / 1e6, known = times.get(program);
        times.set(program, { calls: (known?.calls ?? 0) + 1, ms: (known?.ms ?? 0) + ms });
      }
      free();
    }
    return times;
  };
}
