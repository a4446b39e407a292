import { Effect } from "effect";
import { closest } from "fastest-levenshtein";
import { UnknownOption } from "../../lib/errors/unknown_option.ts";
import { WrongUse } from "../../lib/errors/wrong_use.ts";
import { type TableSize, tableSizes } from "../tables/definition.ts";
import type { Arguments } from "./_options.ts";

/** The definition that the first argument names, at the size that `--size` names. */
export function chooseDefinition<Definition>(
  args: Arguments,
  of: { readonly command: string; readonly kind: string },
  definitions: Readonly<Record<string, (size: TableSize) => Definition>>,
): Effect.Effect<Definition, UnknownOption | WrongUse> {
  const [name] = args.positional, known = Object.keys(definitions);
  const size = args.value("size") ?? "quick";
  return Effect.gen(function* () {
    if (name === undefined) {
      const remedy = `name one of ${known.join(", ")}`;
      return yield* new WrongUse({
        command: `deno task ${of.command}`,
        problem: `no ${of.kind} was named`,
        remedy,
      });
    }
    const make = definitions[name];
    if (make === undefined) {
      return yield* new UnknownOption({
        kind: of.kind,
        found: name,
        nearest: known.length <= 3 ? known : [closest(name, known)],
      });
    }
    if (!(tableSizes as readonly string[]).includes(size)) {
      return yield* new UnknownOption({ kind: "size", found: size, nearest: tableSizes });
    }
    return make(size as TableSize);
  });
}
