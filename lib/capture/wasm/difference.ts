import type { Obstacle, RecordedCall, RecordedView, Recording } from "./recording.ts";

const asTensor = "what changes from run to run must come in as a tensor";
const sameCalls = "the same kernels must run whatever the inputs hold";

/** The first thing in which two recordings of one function differ; undefined where a replay of one is the other. */
export function difference(a: Recording, b: Recording): Obstacle | undefined {
  for (let i = 0; i < Math.max(a.calls.length, b.calls.length); i++) {
    const one = a.calls[i], other = b.calls[i];
    const found = one === undefined || other === undefined ? undefined : callDifference(one, other);
    const where = `kernel ${i}, ${(one ?? other)!.kernel}`;
    if (one === undefined || other === undefined) {
      return { where, found: "it runs in one recording only", remedy: sameCalls };
    }
    if (found !== undefined) return { where, ...found };
    for (const [name, view] of one.inputs) {
      if (view === null || !constantsDiffer(a, b, view.buffer)) continue;
      return {
        where: `${where}, input ${name} [${view.shape}]`,
        found: "its constant numbers change",
        remedy: asTensor,
      };
    }
  }
  for (const [i, [name, view]] of a.results.entries()) {
    const other = b.results[i], where = `result ${name}`;
    if (other === undefined || other[0] !== name || !sameView(view, other[1])) {
      return { where, found: "it comes from elsewhere in another recording", remedy: sameCalls };
    }
    if (constantsDiffer(a, b, view.buffer)) return { where, found: "its constant numbers change", remedy: asTensor };
  }
  if (a.results.length === b.results.length) return undefined;
  return { where: "results", found: `${a.results.length} and ${b.results.length} of them`, remedy: sameCalls };
}

function callDifference(a: RecordedCall, b: RecordedCall): Omit<Obstacle, "where"> | undefined {
  if (a.kernel !== b.kernel) return { found: `${b.kernel} runs in its place in another recording`, remedy: sameCalls };
  for (const name of new Set([...Object.keys(a.attrs), ...Object.keys(b.attrs)])) {
    const [one, other] = [a.attrs[name], b.attrs[name]];
    if (!same(one, other)) return { found: `attribute ${name} is ${show(one)}, then ${show(other)}`, remedy: asTensor };
  }
  const views = (call: RecordedCall) => [...call.inputs.map(([, view]) => view), ...call.outputs];
  const [of, others] = [views(a), views(b)];
  const fits = of.length === others.length && of.every((view, i) => sameView(view, others[i]!));
  const named = same(a.inputs.map(([name]) => name), b.inputs.map(([name]) => name));
  if (!fits || !named) return { found: "it has other tensors, or of other shapes", remedy: sameCalls };
  if (!same(a.made, b.made)) return { found: "it asks for other memory", remedy: sameCalls };
  return undefined;
}

function sameView(a: RecordedView | null, b: RecordedView | null): boolean {
  if (a === null || b === null) return a === b;
  return a.buffer === b.buffer && a.dtype === b.dtype && same(a.shape, b.shape);
}

function constantsDiffer(a: Recording, b: Recording, buffer: number): boolean {
  const [one, other] = [a.buffers[buffer]!, b.buffers[buffer]!];
  if (one.kind !== other.kind || one.size !== other.size || one.name !== other.name) return true;
  return one.contents?.some((byte, i) => byte !== other.contents![i]) ?? false;
}

/** Deep equality of plain values; NaN equals itself. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  return keys.length === others.length &&
    keys.every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}

function show(value: unknown): string {
  return ArrayBuffer.isView(value) || typeof value === "object" ? JSON.stringify(value) : String(value);
}
