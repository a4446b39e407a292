import { SafetensorsInvalid } from "../errors/safetensors_invalid.ts";
import { elementSizes, isStoredDtype, type StoredDtype } from "./_elements.ts";

/** A tensor and where its bytes lie, counted from the end of the header. */
export interface Placed {
  readonly name: string;
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A header whose every statement has been checked against the bytes. */
export interface Header {
  /** In the order of the header. */
  readonly tensors: readonly Placed[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the tensors' bytes begin. */
  readonly dataBegin: number;
}

/** The longest header that readers must accept, in bytes. */
const LONGEST_HEADER = 100_000_000;

function invalid(where: string, expected: string, found: unknown): SafetensorsInvalid {
  const text = typeof found === "string" ? found : JSON.stringify(found) ?? "nothing";
  const shown = text.length > 80 ? `${text.slice(0, 80)} …` : text;
  return new SafetensorsInvalid({
    where,
    expected,
    found: shown,
    remedy: "the file was cut, changed or never was one: write or download it again",
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Reads and checks the header of a file. */
export function parseHeader(bytes: Uint8Array): Header | SafetensorsInvalid {
  if (bytes.length < 8) return invalid("header length", "8 bytes", `${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const longest = Math.min(LONGEST_HEADER, bytes.length - 8);
  if (length > BigInt(longest)) return invalid("header length", `at most ${longest} bytes`, `${length} bytes`);
  const dataBegin = 8 + Number(length);
  let json: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, dataBegin));
    if (!text.startsWith("{")) return invalid("header", `an object that begins with "{"`, text.slice(0, 8));
    json = JSON.parse(text);
  } catch (cause) {
    return invalid("header", "JSON in UTF-8", cause instanceof Error ? cause.message : String(cause));
  }
  if (!isRecord(json)) return invalid("header", "an object", json);
  const tensors: Placed[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(json)) {
    if (name === "__metadata__") {
      if (!isRecord(entry) || !Object.values(entry).every((value) => typeof value === "string")) {
        return invalid("__metadata__", "texts by name", entry);
      }
      metadata = entry as Record<string, string>;
      continue;
    }
    const placed = parseEntry(name, entry);
    if (placed instanceof SafetensorsInvalid) return placed;
    tensors.push(placed);
  }
  return checkLayout(tensors, bytes.length - dataBegin) ?? { tensors, metadata, dataBegin };
}

function parseEntry(name: string, entry: unknown): Placed | SafetensorsInvalid {
  const where = `tensor ${JSON.stringify(name)}`;
  if (!isRecord(entry)) return invalid(where, "dtype, shape and data_offsets", entry);
  const { dtype, shape, data_offsets: offsets } = entry;
  const strange = Object.keys(entry).find((key) => !["dtype", "shape", "data_offsets"].includes(key));
  if (strange !== undefined) return invalid(where, "only dtype, shape and data_offsets", strange);
  if (!isStoredDtype(dtype)) return invalid(where, `a dtype of ${Object.keys(elementSizes).join(", ")}`, dtype);
  if (!Array.isArray(shape) || !shape.every(isCount)) return invalid(where, "a shape of whole numbers", shape);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    return invalid(where, "two data_offsets", offsets);
  }
  const [begin, end] = offsets as [number, number];
  const size = (shape as number[]).reduce((product, axis) => product * axis, elementSizes[dtype]);
  if (!Number.isSafeInteger(size) || end - begin !== size) {
    return invalid(where, `${size} bytes`, `${end - begin} bytes`);
  }
  return { name, dtype, shape: shape as number[], begin, end };
}

/** The tensors must cover the bytes after the header: no gap, no overlap, nothing after. */
function checkLayout(tensors: readonly Placed[], bytes: number): SafetensorsInvalid | undefined {
  let at = 0;
  for (const { name, begin, end } of tensors.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) return invalid(`tensor ${JSON.stringify(name)}`, `bytes from ${at} on`, `bytes from ${begin} on`);
    at = end;
  }
  return at === bytes ? undefined : invalid("data", `${at} bytes`, `${bytes} bytes`);
}
