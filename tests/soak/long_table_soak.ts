import { streamsFlat } from "../pipelines/_long_table.ts";

Deno.test("tableStream() holds no more after a million rows of a CSV file than after a few, and equals memory", () =>
  streamsFlat(1_000_003, { megabytes: 20 }));
