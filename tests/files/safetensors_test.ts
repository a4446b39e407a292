import { assert, assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { Effect, Result } from "effect";
import fc from "fast-check";
import { decodeSafetensors, encodeSafetensors, type SafeTensors, SafetensorsInvalid } from "../../lib/files/mod.ts";
import { ShapeMismatch } from "../../lib/errors/shape_mismatch.ts";

const decode = (bytes: Uint8Array) => Effect.runSync(Effect.result(decodeSafetensors(bytes)));
const read = (bytes: Uint8Array) => Effect.runSync(decodeSafetensors(bytes));

function refused(bytes: Uint8Array): SafetensorsInvalid {
  const result = decode(bytes);
  if (Result.isSuccess(result)) throw new Error("the bytes were read");
  assertInstanceOf(result.failure, SafetensorsInvalid);
  return result.failure;
}

/** A file of this header and data, as another program might write it. */
function file(header: unknown, data: readonly number[] | Uint8Array = []): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const shape = fc.array(fc.nat(3), { maxLength: 3 });
const tensor = shape.chain((shape) => {
  const length = shape.reduce((product, size) => product * size, 1);
  return fc.oneof(
    fc.float32Array({ minLength: length, maxLength: length }).map((data) => ({ dtype: "F32" as const, shape, data })),
    fc.int32Array({ minLength: length, maxLength: length }).map((data) => ({ dtype: "I32" as const, shape, data })),
    fc.uint8Array({ minLength: length, maxLength: length }).map((data) => ({ dtype: "U8" as const, shape, data })),
    fc.float64Array({ minLength: length, maxLength: length }).map((data) => ({ dtype: "F64" as const, shape, data })),
  );
});
const name = fc.string({ unit: "grapheme" }).filter((text) => text !== "__metadata__" && text !== "__proto__");
const tensors: fc.Arbitrary<SafeTensors> = fc.dictionary(name, tensor, { maxKeys: 4, noNullPrototype: true });
const metadata = fc.dictionary(name, fc.string(), { maxKeys: 3, noNullPrototype: true });

Deno.test("decodeSafetensors() reads what encodeSafetensors() wrote, from any offset in memory", () =>
  fc.assert(fc.property(tensors, metadata, fc.nat(9), (tensors, metadata, offset) => {
    const bytes = encodeSafetensors(tensors, metadata);
    assertEquals(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8, 0);
    const moved = new Uint8Array(offset + bytes.length + 3).subarray(offset, offset + bytes.length);
    moved.set(bytes);
    assertEquals(read(moved), { tensors, metadata });
  })));

Deno.test("encodeSafetensors() writes the format, byte for byte", () => {
  const bytes = encodeSafetensors({ w: { dtype: "I32", shape: [1, 2], data: new Int32Array([1, -1]) } }, { a: "b" });
  const json = '{"__metadata__":{"a":"b"},"w":{"dtype":"I32","shape":[1,2],"data_offsets":[0,8]}}';
  const padded = json.padEnd(Math.ceil(json.length / 8) * 8);
  assertEquals(bytes, file(padded, [1, 0, 0, 0, 255, 255, 255, 255]));
});

Deno.test("encodeSafetensors() refuses a tensor whose shape, dtype and data do not belong together", () => {
  const data = new Float32Array(6);
  assertThrows(() => encodeSafetensors({ w: { dtype: "F32", shape: [2, 2], data } }, {}), ShapeMismatch, '"w"');
  assertThrows(() => encodeSafetensors({ w: { dtype: "F64", shape: [6], data } }, {}), ShapeMismatch);
  assertThrows(() => encodeSafetensors({ __metadata__: { dtype: "F32", shape: [6], data } }, {}), ShapeMismatch);
});

Deno.test("decodeSafetensors() widens half floats exactly", () => {
  const halves = { dtype: "F16", shape: [6], data_offsets: [0, 12] };
  const brains = { dtype: "BF16", shape: [3], data_offsets: [12, 18] };
  const data = new Uint16Array([0x3c00, 0xc100, 0x0001, 0x7c00, 0x7e00, 0x8000, 0x3f80, 0xc0a0, 0x7f80]);
  const { tensors } = read(file({ halves, brains }, new Uint8Array(data.buffer)));
  assertEquals(tensors["halves"]!.dtype, "F32");
  assert([...tensors["halves"]!.data].every((x, at) => Object.is(x, [1, -2.5, 2 ** -24, Infinity, NaN, -0][at])));
  assertEquals([...tensors["brains"]!.data], [1, -5, Infinity]);
});

Deno.test("decodeSafetensors() refuses each thing that the format does not allow, and says where", () => {
  const f32 = (shape: unknown, begin: unknown, end: unknown) => ({ dtype: "F32", shape, data_offsets: [begin, end] });
  const cases: readonly [string, Uint8Array][] = [
    ["header length", new Uint8Array(7)],
    ["header length", new Uint8Array([255, 255, 255, 255, 255, 255, 255, 255, 0x7b])],
    ["header length", file({}).subarray(0, 9)],
    ["header", file(" {}")],
    ["header", file("{")],
    ["header", file("{\xff}")],
    ["header", file("[]")],
    ["__metadata__", file({ __metadata__: { a: 1 } })],
    ["__metadata__", file({ __metadata__: [] })],
    ['tensor "w"', file({ w: null })],
    ['tensor "w"', file({ w: { dtype: "F31", shape: [], data_offsets: [0, 4] } }, [0, 0, 0, 0])],
    ['tensor "w"', file({ w: { dtype: "toString", shape: [], data_offsets: [0, 4] } }, [0, 0, 0, 0])],
    ['tensor "w"', file({ w: { ...f32([1], 0, 4), more: 1 } }, [0, 0, 0, 0])],
    ['tensor "w"', file({ w: f32([-1], 0, 4) }, [0, 0, 0, 0])],
    ['tensor "w"', file({ w: f32([0.5], 0, 2) }, [0, 0])],
    ['tensor "w"', file({ w: f32([2], 0, 4) }, [0, 0, 0, 0])],
    ['tensor "w"', file({ w: f32([1], 4, 0) }, [0, 0, 0, 0])],
    ['tensor "w"', file({ w: f32([1], "0", 4) }, [0, 0, 0, 0])],
    ['tensor "w"', file({ w: f32([2 ** 40, 2 ** 40], 0, 4) }, [0, 0, 0, 0])],
    ['tensor "w"', file({ w: f32([1], 4, 8) }, [0, 0, 0, 0, 0, 0, 0, 0])],
    ['tensor "v"', file({ w: f32([2], 0, 8), v: f32([1], 4, 8) }, [0, 0, 0, 0, 0, 0, 0, 0])],
    ["data", file({ w: f32([1], 0, 4) }, [0, 0, 0])],
    ["data", file({ w: f32([1], 0, 4) }, [0, 0, 0, 0, 0])],
    ["data", file({}, [0])],
  ];
  for (const [where, bytes] of cases) {
    const error = refused(bytes);
    assertEquals(error.where, where);
    assertStringIncludes(error.message, where);
  }
});

const sample = encodeSafetensors({
  "layer.0/w": { dtype: "F32", shape: [2, 3], data: new Float32Array([1, 2, 3, 4, 5, 6]) },
  steps: { dtype: "I32", shape: [], data: new Int32Array([7]) },
}, { note: "text" });

Deno.test("decodeSafetensors() refuses a file cut anywhere", () => {
  for (let length = 0; length < sample.length; length++) refused(sample.subarray(0, length));
});

Deno.test("decodeSafetensors() never crashes, whatever bytes are changed, cut or added", () => {
  const edit = fc.record({ at: fc.nat(sample.length - 1), remove: fc.nat(4), insert: fc.uint8Array({ maxLength: 4 }) });
  let refusals = 0;
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      let bytes: number[] = [...sample];
      for (const { at, remove, insert } of edits) bytes = bytes.toSpliced(at, remove, ...insert);
      const result = decode(new Uint8Array(bytes)); // throws if the effect dies
      if (Result.isFailure(result)) {
        assertInstanceOf(result.failure, SafetensorsInvalid);
        refusals++;
      }
    }),
    { numRuns: 1000 },
  );
  assert(refusals > 500);
});
