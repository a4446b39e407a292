/** Element types that are read and written as they are. */
export type SafeDtype = "F64" | "F32" | "I64" | "I32" | "U8" | "BOOL";
/** Element types of files; the half floats are widened when read. */
export type StoredDtype = SafeDtype | "F16" | "BF16";
/** Elements of a tensor. */
export type Elements = Float64Array | Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** Bytes of one element. */
export const elementSizes: Readonly<Record<StoredDtype, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  U8: 1,
  BOOL: 1,
};

/** Whether a name is that of an element type that is read. */
export function isStoredDtype(name: unknown): name is StoredDtype {
  return typeof name === "string" && Object.hasOwn(elementSizes, name);
}

/** The elements in `bytes`, which must be a copy of its own and hold a whole number of them, little-endian. */
export function decodeElements(dtype: StoredDtype, bytes: Uint8Array): Elements {
  const { buffer, byteOffset, byteLength } = bytes;
  const count = byteLength / elementSizes[dtype];
  if (dtype === "F64") return new Float64Array(buffer, byteOffset, count);
  if (dtype === "F32") return new Float32Array(buffer, byteOffset, count);
  if (dtype === "I64") return new BigInt64Array(buffer, byteOffset, count);
  if (dtype === "I32") return new Int32Array(buffer, byteOffset, count);
  if (dtype === "U8" || dtype === "BOOL") return bytes;
  const words = new Uint16Array(buffer, byteOffset, count);
  const widened = new Float32Array(count);
  if (dtype === "BF16") {
    const bits = new Uint32Array(widened.buffer);
    for (let i = 0; i < count; i++) bits[i] = words[i]! << 16;
  } else {
    for (let i = 0; i < count; i++) widened[i] = halfToNumber(words[i]!);
  }
  return widened;
}

/** The number that 16 bits of IEEE 754 half precision mean. */
function halfToNumber(bits: number): number {
  const sign = bits >>> 15 === 1 ? -1 : 1, exponent = (bits >>> 10) & 31, fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
