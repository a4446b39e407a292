import { Effect } from "effect";
import { closest } from "fastest-levenshtein";
import { UnknownOption } from "../../lib/errors/unknown_option.ts";
import type { TableTraining } from "../tables/definition.ts";
import { namedBy, partSequences } from "../tables/named_by.ts";
import type { Arguments } from "./_options.ts";

/** The trainings that `--only` names, or all. */
export function chosenOnly(
  args: Arguments,
  trainings: readonly TableTraining[],
): Effect.Effect<readonly TableTraining[], UnknownOption> {
  const only = args.value("only");
  const chosen = trainings.filter((training) => only === undefined || namedBy(only, training));
  if (only === undefined || chosen.length > 0) return Effect.succeed(chosen);
  const nearest = [closest(only, trainings.flatMap(({ name, parts = [name] }) => partSequences(parts)))];
  return Effect.fail(new UnknownOption({ kind: "training", found: only, nearest }));
}
