import { Flags } from "./_flags.ts";
import type { Args, ParseOptions } from "./_parse_types.ts";
import { asNumber, Parser } from "./_parser.ts";

export type { Args, ParseOptions, Unknown } from "./_parse_types.ts";

/**
 * Parses arguments of a command line into a record of flags; what is no flag goes into `_`, numbers as numbers.
 *
 * ```ts
 * import { parseArgs } from "@std/cli/parse-args";
 * import { assertEquals } from "@std/assert";
 *
 * const args = parseArgs(["train", "--seed", "7", "--json", "--set", "a=1", "--set", "b=2"], {
 *   boolean: ["json"],
 *   string: ["set"],
 *   collect: ["set"],
 * });
 * assertEquals(args, { _: ["train"], seed: 7, json: true, set: ["a=1", "b=2"] });
 * ```
 */
export function parseArgs<
  TDoubleDash extends boolean | undefined = undefined,
  TBooleans extends boolean | string | undefined = undefined,
  TStrings extends string | undefined = undefined,
  TCollectable extends string | undefined = undefined,
  TNegatable extends string | undefined = undefined,
  const TDefault extends Record<string, unknown> | undefined = undefined,
  const TAliases extends
    | Readonly<Record<string, string | ReadonlyArray<string>>>
    | undefined = undefined,
>(
  args: readonly string[],
  options?: ParseOptions<
    TBooleans,
    TStrings,
    TCollectable,
    TNegatable,
    TDefault,
    TAliases,
    TDoubleDash
  >,
): Args<
  TBooleans,
  TStrings,
  TCollectable,
  TNegatable,
  TDefault,
  TAliases,
  TDoubleDash
> {
  const told = (options ?? {}) as ParseOptions;
  const parser = new Parser(new Flags(told), told);
  const end = args.indexOf("--");
  const before = end === -1 ? args : args.slice(0, end);
  const after = end === -1 ? [] : args.slice(end + 1);
  for (let at = 0; at < before.length; at++) {
    const arg = before[at]!, next = before[at + 1];
    if (/^--./s.test(arg)) {
      if (parser.long(arg, next)) at++;
    } else if (/^-[^-]/s.test(arg)) {
      if (parser.short(arg, next)) at++;
    } else {
      if (told.unknown?.(arg) !== false) {
        parser.positional.push(
          parser.flags.strings.has("_") ? arg : asNumber(arg),
        );
      }
      if (told.stopEarly) {
        parser.positional.push(...before.slice(at + 1));
        break;
      }
    }
  }
  parser.fillDefaults();
  if (told["--"]) parser.result["--"] = [...after];
  else parser.positional.push(...after);
  return { ...parser.result, _: parser.positional } as unknown as Args<
    TBooleans,
    TStrings,
    TCollectable,
    TNegatable,
    TDefault,
    TAliases,
    TDoubleDash
  >;
}
