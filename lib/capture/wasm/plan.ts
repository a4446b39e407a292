import type { RecordedCall, Recording } from "./recording.ts";

/** Which kernels run when, and where what they make lies. */
export interface Plan {
  /** Run once: all that depends on constants alone. */
  readonly once: readonly RecordedCall[];
  /** Run at each replay. */
  readonly calls: readonly RecordedCall[];
  /** Byte offsets of constants and what is made once, among what is kept. */
  readonly kept: ReadonlyMap<number, number>;
  readonly keptBytes: number;
  /** Byte offsets of intermediates in memory that any two may share whose lives do not meet. */
  readonly shared: ReadonlyMap<number, number>;
  readonly sharedBytes: number;
  /** Buffers that a replay makes for its caller. */
  readonly given: ReadonlySet<number>;
}

/** Beginnings of buffers: a cache line, and what aligned loads want. */
const alignment = 64;

/** Leaves out what no result needs, and gives every buffer its place. */
export function planOf(recording: Recording): Plan {
  const { buffers, results } = recording;
  const needed = needs(recording);
  const changed = new Set(needed.flatMap((call) => call.changed));
  const given = new Set(results.map(([, { buffer }]) => buffer).filter((buffer) => buffers[buffer]!.kind === "made"));
  const fixed = new Set<number>();
  const isFixed = (buffer: number): boolean => buffers[buffer]!.kind === "constant" || fixed.has(buffer);
  const once: RecordedCall[] = [], calls: RecordedCall[] = [];
  for (const call of needed) {
    const folds = inputsOf(call).every(isFixed) && !call.made.some((made) => changed.has(made) || given.has(made));
    if (folds) { for (const made of call.made) fixed.add(made); }
    (folds ? once : calls).push(call);
  }
  const kept = new Map<number, number>();
  let keptBytes = 0;
  const keep = (buffer: number): void => {
    if (!isFixed(buffer) || kept.has(buffer)) return;
    kept.set(buffer, keptBytes);
    keptBytes += aligned(buffers[buffer]!.size);
  };
  for (const call of needed) [...inputsOf(call), ...call.made].forEach(keep);
  for (const [, { buffer }] of results) keep(buffer);
  const { offsets, bytes } = place(recording, calls, (buffer) => !given.has(buffer));
  return { once, calls, kept, keptBytes, shared: offsets, sharedBytes: bytes, given };
}

function inputsOf(call: RecordedCall): number[] {
  return call.inputs.flatMap(([, view]) => view === null ? [] : [view.buffer]);
}

/** The calls that some result depends on; what only renames a buffer needs no call. */
function needs({ calls, results }: Recording): RecordedCall[] {
  const wanted = new Set(results.map(([, { buffer }]) => buffer));
  return calls.toReversed().filter((call) => {
    if (![...call.made, ...call.changed].some((buffer) => wanted.has(buffer))) return false;
    for (const buffer of inputsOf(call)) wanted.add(buffer);
    return true;
  }).toReversed();
}

interface Gap {
  from: number;
  to: number;
}

/** Offsets by a walk over the calls: the smallest gap that fits, the end where none does. */
function place({ buffers }: Recording, calls: readonly RecordedCall[], shares: (buffer: number) => boolean) {
  const last = new Map<number, number>();
  calls.forEach((call, i) => {
    for (const buffer of [...inputsOf(call), ...call.made]) last.set(buffer, i);
  });
  const offsets = new Map<number, number>(), ending = calls.map((): number[] => []), gaps: Gap[] = [];
  let bytes = 0;
  for (const [i, call] of calls.entries()) {
    for (const buffer of call.made.filter(shares)) {
      const size = aligned(buffers[buffer]!.size);
      let best: Gap | undefined;
      for (const gap of gaps) {
        const room = gap.to - gap.from;
        if (room >= size && (best === undefined || room < best.to - best.from)) best = gap;
      }
      const at = best === undefined ? bytes : best.from;
      if (best === undefined) bytes += size;
      else best.from += size;
      offsets.set(buffer, at);
      ending[last.get(buffer)!]!.push(buffer);
    }
    for (const buffer of ending[i]!) {
      const from = offsets.get(buffer)!;
      giveBack(gaps, { from, to: from + aligned(buffers[buffer]!.size) });
    }
  }
  return { offsets, bytes };
}

/** Joins a gap with its neighbours. */
function giveBack(gaps: Gap[], gap: Gap): void {
  for (let i = gaps.length - 1; i >= 0; i--) {
    const other = gaps[i]!;
    if (other.from !== other.to && other.to !== gap.from && other.from !== gap.to) continue;
    if (other.to === gap.from) gap.from = other.from;
    else if (other.from === gap.to) gap.to = other.to;
    gaps.splice(i, 1);
  }
  gaps.push(gap);
}

/** At least one line, so that an empty tensor has an address too. */
function aligned(size: number): number {
  return Math.max(alignment, Math.ceil(size / alignment) * alignment);
}
