import { parseArgs } from "@std/cli/parse-args";
import { Effect } from "effect";
import { closest } from "fastest-levenshtein";
import { UnknownOption } from "../../lib/errors/unknown_option.ts";
import { WrongUse } from "../../lib/errors/wrong_use.ts";

/** One option of a command. */
export interface OptionSpec {
  readonly name: string;
  /** `flag` takes no value, `value` one, `list` may be repeated. */
  readonly kind: "flag" | "value" | "list";
  /** What stands for the value in the help. */
  readonly placeholder?: string;
  readonly help: string;
}

/** A command's name, arguments and options: the help and the parser read the same list. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  readonly positional: string;
  /** What the arguments are, where their names do not say it. */
  readonly about?: string;
  readonly maxPositional: number;
  readonly options: readonly OptionSpec[];
}

/** Parsed arguments. */
export interface Arguments {
  readonly positional: readonly string[];
  readonly flag: (name: string) => boolean;
  readonly value: (name: string) => string | undefined;
  readonly list: (name: string) => readonly string[];
}

const common: readonly OptionSpec[] = [
  { name: "json", kind: "flag", help: "print the result as JSON" },
  { name: "help", kind: "flag", help: "show this help" },
];

/** Parses a command's arguments strictly: an unknown option is refused with the nearest name. */
export function parseCommand(
  spec: CommandSpec,
  argv: readonly string[],
): Effect.Effect<Arguments, UnknownOption | WrongUse> {
  const options = [...spec.options, ...common];
  const ofKind = (...kinds: OptionSpec["kind"][]) => options.filter((o) => kinds.includes(o.kind)).map((o) => o.name);
  const unknown: string[] = [];
  const parsed = parseArgs(joinNegative(argv, ofKind("value")), {
    boolean: ofKind("flag"),
    string: ["_", ...ofKind("value", "list")],
    collect: ofKind("list"),
    unknown: (arg, key) => key === undefined || (unknown.push(arg), false),
  });
  return Effect.suspend((): Effect.Effect<Arguments, UnknownOption | WrongUse> => {
    if (unknown.length > 0) {
      const [found] = unknown as [string];
      return Effect.fail(
        new UnknownOption({ kind: "option", found, nearest: [closest(found, options.map((o) => `--${o.name}`))] }),
      );
    }
    const empty = ofKind("value", "list").find((name) => [parsed[name]].flat().includes(""));
    const command = `deno task ${spec.name}`;
    if (empty !== undefined) {
      return Effect.fail(
        new WrongUse({ command, problem: `--${empty} has no value`, remedy: `see ${command} --help` }),
      );
    }
    const positional = parsed._.map(String);
    if (positional.length > spec.maxPositional) {
      const problem = `"${positional[spec.maxPositional]}" is one argument too many`;
      return Effect.fail(new WrongUse({ command, problem, remedy: `see ${command} --help` }));
    }
    return Effect.succeed({
      positional,
      flag: (name) => parsed[name] === true,
      value: (name) => [parsed[name]].flat().at(-1) as string | undefined,
      list: (name) => (parsed[name] ?? []) as string[],
    });
  });
}

/** A negative number after an option is its value: `--seed -1` is `--seed=-1`, and the option says what is wrong with it. */
function joinNegative(argv: readonly string[], valued: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of argv) {
    const before = joined.at(-1);
    const isValue = /^-\d/.test(arg) && before !== undefined && valued.some((name) => before === `--${name}`);
    if (isValue) joined[joined.length - 1] = `${before}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

/** The command's help. */
export function helpOf(spec: CommandSpec): string {
  const rows = [...spec.options, ...common].map(({ name, kind, placeholder, help }) =>
    [`--${name}${kind === "flag" ? "" : ` ${placeholder ?? "VALUE"}`}`, help] as const
  );
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    spec.summary,
    "",
    `usage: deno task ${spec.name} ${spec.positional}`.trimEnd() + " [options]",
    ...(spec.about === undefined ? [] : ["", `  ${spec.about}`]),
    "",
    ...rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
  ].join("\n");
}

/** A whole number from an option's text. */
export function wholeNumber(
  command: string,
  name: string,
  text: string,
  minimum = 0,
): Effect.Effect<number, WrongUse> {
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= minimum) return Effect.succeed(value);
  const problem = `--${name} ${text} is not a whole number of at least ${minimum}`;
  return Effect.fail(
    new WrongUse({
      command: `deno task ${command}`,
      problem,
      remedy: `write for example --${name} ${Math.max(1, minimum)}`,
    }),
  );
}
