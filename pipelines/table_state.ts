import { Effect } from "effect";
import { StateNotUsable } from "../lib/errors/state_not_usable.ts";
import type { SafeTensor, SafeTensors } from "../lib/files/mod.ts";
import { type HeldState, heldState } from "./held_state.ts";
import type { LoadedRun } from "./loaded_run.ts";
import { decodeState, encodeState, type StateExtras } from "./state_file.ts";
import type { TableMap, TableRow } from "./table_rows.ts";
import type { TableContent, TableShape } from "./table_stream.ts";

/** What the metadata of a table's state says as JSON. */
interface TableMetadata {
  readonly features: readonly string[];
  readonly target: string;
  readonly classes: readonly string[];
  readonly rows: number;
  readonly fittedTo?: number;
}

const f64 = (shape: readonly number[], data: Float64Array): SafeTensor => ({ dtype: "F64", shape, data });
const f32 = (shape: readonly number[], data: Float32Array): SafeTensor => ({ dtype: "F32", shape, data });

function packed(rows: readonly Float64Array[], width: number): SafeTensor {
  const data = new Float64Array(rows.length * width);
  rows.forEach((row, at) => data.set(row, at * width));
  return f64([rows.length, width], data);
}

/** The bytes of a stream between two rows: state, map, rows that wait, queries of an implicit state. */
export function encodeTable(run: LoadedRun, content: TableContent): Effect.Effect<Uint8Array<ArrayBuffer>> {
  const { shape, map, pending, state, classes, rows } = content;
  const width = shape.features.length;
  const tensors: SafeTensors = {
    "pending.columns": packed(pending.map(({ columns }) => columns), width),
    "pending.target": f64([pending.length], Float64Array.from(pending, ({ target }) => target)),
    "table.queries": packed(shape.queries, width),
    ...(map === undefined ? {} : {
      "table.centre": f64([width], map.columns.centre),
      "table.scale": f64([width], map.columns.scale),
      "table.target": f64([2], Float64Array.of(map.target.centre, map.target.scale)),
      "table.matrix": f32([width, map.offset.length], map.matrix),
      "table.offset": f32([map.offset.length], map.offset),
    }),
  };
  const table: TableMetadata = {
    features: shape.features,
    target: shape.target,
    classes,
    rows,
    ...(map === undefined ? {} : { fittedTo: map.rows }),
  };
  return Effect.flatMap(
    run.hash,
    (hash) => encodeState(hash, state, { tensors, metadata: { table: JSON.stringify(table) } }),
  );
}

/**
 * Reads what {@linkcode encodeTable} wrote. Fails with {@linkcode StateNotUsable} if it belongs to another run, to a table
 * of other columns, or (implicit) to other queries.
 */
export function decodeTable(
  run: LoadedRun,
  bytes: Uint8Array,
  path: string,
  shape: TableShape,
): Effect.Effect<TableContent, StateNotUsable> {
  return Effect.flatMap(Effect.flatMap(run.hash, (hash) => decodeState(hash, bytes, path)), ({ state, extras }) => {
    const held = state === undefined ? undefined : heldState(state);
    return Effect.onError(contentOf(extras, held, path, shape), () => Effect.sync(() => held?.dispose()));
  });
}

function contentOf(
  { tensors, metadata }: StateExtras,
  state: HeldState | undefined,
  path: string,
  shape: TableShape,
): Effect.Effect<TableContent, StateNotUsable> {
  return Effect.gen(function* () {
    const refuse = (reason: string, remedy: string) => new StateNotUsable({ path, reason, remedy });
    if (metadata["table"] === undefined) {
      return yield* refuse("it is a state without a table", "name a file that deno task predict --state wrote");
    }
    const table = JSON.parse(metadata["table"]) as TableMetadata;
    const own = `${table.features.join(", ")} and the target ${table.target}`;
    if (
      table.target !== shape.target || table.features.toSorted().join("\n") !== shape.features.toSorted().join("\n")
    ) {
      const found = `its columns are ${own}, not ${shape.features.join(", ")} and the target ${shape.target}`;
      return yield* refuse(found, "give the same columns, or start anew with another file");
    }
    const read = (name: string) => tensors[name]!.data as Float64Array<ArrayBuffer>;
    const width = table.features.length;
    const rowsOf = (name: string): Float64Array[] =>
      Array.from({ length: tensors[name]!.shape[0]! }, (_, at) => read(name).slice(at * width, (at + 1) * width));
    // The file's order of columns holds: rows are read in it.
    const order = table.features.map((name) => shape.features.indexOf(name));
    const queries = shape.queries.map((row) => Float64Array.from(order, (at) => row[at]!));
    const kept = rowsOf("table.queries");
    if (kept.length !== queries.length || kept.some((row, at) => row.some((value, i) => value !== queries[at]![i]))) {
      const reason = `it holds predictions of its own ${kept.length} queries, and these are others`;
      return yield* refuse(reason, "this run is implicit: give the same query file, or start anew with another state");
    }
    const targets = read("pending.target");
    const pending = rowsOf("pending.columns").map((columns, at): TableRow => ({ columns, target: targets[at]! }));
    const float = (name: string) => tensors[name]!.data as Float32Array<ArrayBuffer>;
    const map: TableMap | undefined = table.fittedTo === undefined ? undefined : {
      columns: { centre: read("table.centre"), scale: read("table.scale") },
      target: { centre: read("table.target")[0]!, scale: read("table.target")[1]! },
      matrix: float("table.matrix"),
      offset: float("table.offset"),
      rows: table.fittedTo,
    };
    return {
      shape: { features: table.features, target: table.target, queries },
      classes: table.classes,
      rows: table.rows,
      map,
      state,
      pending,
    };
  });
}
