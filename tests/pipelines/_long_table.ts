import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import { openCsv } from "../../lib/files/mod.ts";
import { addContext } from "../../pipelines/cli/_predict_table.ts";
import { fitTableMap, rowsToX, rowsToY, type TableRow } from "../../pipelines/table_rows.ts";
import { tableStream } from "../../pipelines/table_stream.ts";
import { inFolder } from "../files/_folder.ts";
import { runOf } from "./_runs.ts";

/** Row i of a table that needs no memory. */
function rowAt(i: number): readonly [a: string, b: string, y: string] {
  const a = 100 + 5 * Math.sin(3.1 * i), b = -3 + 0.1 * Math.cos(5.3 * i);
  return [a.toFixed(6), b.toFixed(6), (4 * a - 100 * b + Math.sin(7.7 * i)).toFixed(6)];
}

async function writeTable(path: string, rows: number): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true });
  const encoder = new TextEncoder();
  await file.write(encoder.encode("a,b,y\n"));
  for (let at = 0; at < rows; at += 5000) {
    const lines = Array.from({ length: Math.min(5000, rows - at) }, (_, i) => rowAt(at + i).join(",") + "\n");
    const bytes = encoder.encode(lines.join(""));
    for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
  }
}

/** Streams a CSV file of so many rows: memory stays, and the state is that of the same mini-batches out of memory. */
export async function streamsFlat(rows: number, { megabytes }: { readonly megabytes: number }): Promise<void> {
  await inFolder(async (folder) => {
    const path = `${folder}/long.csv`;
    await writeTable(path, rows);
    const model = await runOf("trained");
    const perBatch = model.config.observations;
    const shape = { features: ["a", "b"], target: "y", queries: [] };
    const stream = tableStream(model, { shape, classes: [], rows: 0, map: undefined, state: undefined, pending: [] });
    const tensors: number[] = [], resident: number[] = [];
    await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const file = yield* openCsv(path);
      let chunks = 0;
      // The same reader, watched.
      const watched = {
        ...file,
        next: (count: number) =>
          Effect.tap(file.next(count), () =>
            Effect.sync(() => {
              if (chunks++ > 0) tensors.push(tf.memory().numTensors);
              resident.push(Deno.memoryUsage().rss / 2 ** 20);
            })),
      };
      const read = yield* addContext(model, stream, watched, { features: [0, 1], target: 2 });
      assertEquals(read, rows);
    })));
    assertEquals(new Set(tensors).size, 1, "tensors grow");
    const quarter = resident.slice(Math.floor(resident.length / 4));
    const grown = Math.max(...quarter.slice(Math.floor(quarter.length / 2))) -
      Math.max(...quarter.slice(0, Math.ceil(quarter.length / 2)));
    assert(grown < megabytes, `${grown} MB more in the last rows`);

    const host = (from: number, count: number): TableRow[] =>
      Array.from({ length: count }, (_, i) => {
        const [a, b, y] = rowAt(from + i).map(Number) as [number, number, number];
        return { columns: Float64Array.of(a, b), target: y };
      });
    const map = fitTableMap(model.family.fromTable!, model.identity.seed, host(0, 64));
    let state = model.init();
    for (let at = 0; at < rows; at += perBatch) {
      const batch = host(at, Math.min(perBatch, rows - at));
      const x = rowsToX(map, batch.map(({ columns }) => columns), "x"), y = rowsToY(map, model.family, batch);
      const next = model.refine(state, { x, y });
      state.dispose();
      tf.dispose([x, y]);
      state = next;
    }
    const predictor = await Effect.runPromise(stream.predictor);
    assertEquals(predictor.batches, Math.ceil(rows / perBatch));
    for (const part of ["tensors", "average"] as const) {
      assertEquals(await predictor.state[part]["theta"]!.data(), await state[part]["theta"]!.data());
    }
  });
}
