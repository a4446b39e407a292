import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { planOf } from "../../lib/capture/wasm/plan.ts";
import type { RecordedBuffer, RecordedCall, RecordedView, Recording } from "../../lib/capture/wasm/recording.ts";

/** A recording of kernels that read what was there before and make one or two buffers, some of which change in place. */
const recordings: fc.Arbitrary<Recording> = fc.array(
  fc.record({
    reads: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    sizes: fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 0, maxLength: 2 }),
    changes: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
).map((kernels) => {
  const buffers: RecordedBuffer[] = [
    { kind: "input", name: "x", shape: [4], dtype: "float32", size: 16 },
    { kind: "constant", shape: [4], dtype: "float32", size: 16, contents: new Uint8Array(16) },
  ];
  const view = (buffer: number): RecordedView => ({ buffer, shape: buffers[buffer]!.shape, dtype: "float32" });
  const calls: RecordedCall[] = kernels.map(({ reads, sizes, changes }) => {
    const inputs = reads.map((n, i) => [`${i}`, view(n % buffers.length)] as const);
    const changed = inputs.map(([, { buffer }]) => buffer).filter((n) => changes && buffers[n]!.kind === "made");
    const made = sizes.map((size) =>
      buffers.push({ kind: "made", shape: [size], dtype: "float32", size: 4 * size }) - 1
    );
    const outputs = made.map(view);
    return { kernel: "K", run: () => [], inputs, list: false, attrs: {}, made, changed, outputs };
  });
  return { buffers, calls, results: [["last", view(buffers.length - 1)]] };
});

Deno.test("planOf() never lets two buffers overlap while both live", () => {
  fc.assert(fc.property(recordings, (recording) => {
    const { calls, shared, sharedBytes } = planOf(recording);
    const last = new Map<number, number>();
    const touched = (call: RecordedCall) => [...call.made, ...call.inputs.map(([, view]) => view!.buffer)];
    calls.forEach((call, i) => touched(call).forEach((buffer) => last.set(buffer, i)));
    const living = new Set<number>();
    for (const [i, call] of calls.entries()) {
      for (const buffer of call.made) if (shared.has(buffer)) living.add(buffer);
      const ranges = [...living].map((b) => [shared.get(b)!, shared.get(b)! + recording.buffers[b]!.size] as const)
        .sort((a, b) => a[0] - b[0]);
      for (const [j, [from, to]] of ranges.entries()) {
        assert(from >= 0 && to <= sharedBytes && from % 64 === 0, "out of bounds, or not aligned");
        assert(j === 0 || ranges[j - 1]![1] <= from, "two living buffers overlap");
      }
      for (const buffer of living) if (last.get(buffer) === i) living.delete(buffer);
    }
  }));
});

Deno.test("planOf() runs whatever a result depends on, in order, and gives a place to all that is touched", () => {
  fc.assert(fc.property(recordings, (recording) => {
    const { once, calls, kept, shared, given } = planOf(recording);
    const wanted = new Set(recording.results.map(([, { buffer }]) => buffer)), needed: RecordedCall[] = [];
    for (const call of recording.calls.toReversed()) {
      if (![...call.made, ...call.changed].some((buffer) => wanted.has(buffer))) continue;
      for (const [, view] of call.inputs) wanted.add(view!.buffer);
      needed.unshift(call);
    }
    assertEquals(recording.calls.filter((call) => once.includes(call) || calls.includes(call)), needed);
    for (const run of [once, calls]) assertEquals(run, needed.filter((call) => run.includes(call)));
    for (const call of calls) {
      for (const buffer of [...call.made, ...call.inputs.map(([, view]) => view!.buffer)]) {
        const places = [
          kept.has(buffer),
          shared.has(buffer),
          given.has(buffer),
          recording.buffers[buffer]!.kind === "input",
        ];
        assertEquals(places.filter(Boolean).length, 1, `buffer ${buffer} has ${places}`);
      }
    }
    for (const call of once) {
      assertEquals(call.changed, []);
      for (const [, view] of call.inputs) assert(kept.has(view!.buffer), "what runs once reads what changes");
    }
  }));
});
