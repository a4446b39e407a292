import { Effect } from "effect";
import { closest, distance } from "fastest-levenshtein";
import { CsvInvalid } from "../../lib/errors/csv_invalid.ts";
import type { CsvReader } from "../../lib/files/mod.ts";
import { findColumns } from "./_predict_table.ts";
import { listed, say } from "./_terminal.ts";

/**
 * Checks that a query file has the context's features, and says which columns it has besides, which are copied and not
 * used. A feature that is missing beside a column of almost its name is taken for mistyped.
 */
export function checkQueryColumns(
  query: CsvReader,
  { features, target }: { readonly features: readonly string[]; readonly target: string },
): Effect.Effect<void, CsvInvalid> {
  return Effect.gen(function* () {
    const others = query.columns.filter((name) => name !== target && !features.includes(name));
    const missing = features.find((name) => !query.columns.includes(name));
    if (missing !== undefined && others.length > 0) {
      const near = closest(missing, others);
      if (looksLike(missing, near)) {
        return yield* new CsvInvalid({
          path: query.path,
          column: missing,
          expected: "a column of this name, since the context has one",
          found: `"${near}"`,
          remedy: `name both columns alike`,
        });
      }
    }
    yield* findColumns(query, features);
    if (others.length === 0) return;
    const meant = query.columns.includes(target) ? undefined : others.find((name) => looksLike(target, name));
    const hint = meant === undefined ? "" : ` ("${meant}" is not the target "${target}", so no error is told)`;
    yield* say(`columns of the query that the context lacks, copied and not used: ${listed(others)}${hint}`);
  });
}

/** Equal but for capitals, spaces and signs, or one or two letters in a longer name. */
function looksLike(name: string, other: string): boolean {
  const [a, b] = [name, other].map((text) => text.toLowerCase().replace(/[\s_-]+/g, "")) as [string, string];
  return a === b ||
    distance(a, b) <= (Math.min(a.length, b.length) >= 6 ? 2 : Math.min(a.length, b.length) >= 4 ? 1 : 0);
}
