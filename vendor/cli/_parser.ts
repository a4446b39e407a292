import type { Flags } from "./_flags.ts";
import type { ParseOptions } from "./_parse_types.ts";

const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i;
const HEXADECIMAL = /^0x[0-9a-f]+$/i;

/** The number that a text writes, or the text. */
export function asNumber(text: string): string | number {
  return HEXADECIMAL.test(text) || NUMBER.test(text) ? Number(text) : text;
}

/** Names that would reach every object's prototype; as flags they are ignored. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  "__proto__",
  "constructor",
  "prototype",
]);

/** The record under a dotted name's last dot, made where missing. */
function home(
  result: Record<string, unknown>,
  path: readonly string[],
): Record<string, unknown> {
  let at = result;
  for (const key of path) {
    const inner = Object.hasOwn(at, key) ? at[key] : undefined;
    if (typeof inner === "object" && inner !== null) {
      at = inner as Record<string, unknown>;
    } else at = at[key] = {};
  }
  return at;
}

/** Collects flags and positional arguments, one argument after another. */
export class Parser {
  readonly result: Record<string, unknown> = {};
  readonly positional: (string | number)[] = [];

  constructor(readonly flags: Flags, readonly options: ParseOptions) {}

  /** Sets a flag under all its names, unless it is unknown and unwanted. */
  give(
    name: string,
    value: unknown,
    arg: string | undefined,
    collect = true,
  ): void {
    const { flags, options } = this;
    const bare = flags.allBoolean && arg !== undefined && /^--[^=]+$/.test(arg);
    if (
      arg !== undefined && options.unknown !== undefined &&
      !flags.known.has(name) && !bare
    ) {
      if (options.unknown(arg, name, value) === false) return;
    }
    const kept = typeof value === "string" && !flags.strings.has(name) ? asNumber(value) : value;
    for (const each of flags.names(name)) {
      this.#put(each, kept, collect && flags.collected.has(name));
    }
  }

  #put(name: string, value: unknown, collect: boolean): void {
    const path = name.split(".");
    if (path.some((key) => FORBIDDEN.has(key))) return;
    const last = path.pop()!;
    const record = home(this.result, path);
    const before = Object.hasOwn(record, last) ? record[last] : undefined;
    record[last] = !collect ? value : Array.isArray(before) ? [...before, value] : [value];
  }

  has(name: string): boolean {
    let at: unknown = this.result;
    for (const key of name.split(".")) {
      if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) {
        return false;
      }
      at = (at as Record<string, unknown>)[key];
    }
    return true;
  }

  /** Reads `--name`, `--name=value`, `--no-name`; tells whether the next argument was its value. */
  long(arg: string, next: string | undefined): boolean {
    const { flags } = this;
    const equals = arg.indexOf("=");
    if (equals > 2) {
      const name = arg.slice(2, equals), value = arg.slice(equals + 1);
      this.give(
        name,
        flags.booleans.has(name) ? value !== "false" : value,
        arg,
      );
      return false;
    }
    if (arg.startsWith("--no-") && flags.negatable.has(arg.slice(5))) {
      this.give(arg.slice(5), false, arg, false);
      return false;
    }
    return this.#withNext(arg.slice(2), arg, next, false);
  }

  #withNext(
    name: string,
    arg: string,
    next: string | undefined,
    short: boolean,
  ): boolean {
    const { flags } = this;
    const allBoolean = flags.allBoolean && !short;
    if (
      !flags.booleans.has(name) && !allBoolean && next &&
      (!next.startsWith("-") || (next === "-" && short))
    ) {
      this.give(name, next, arg);
      return true;
    }
    if ((flags.booleans.has(name) || allBoolean) && (next === "true" || next === "false")) {
      this.give(name, next === "true", arg);
      return true;
    }
    this.give(name, flags.strings.has(name) ? "" : true, arg);
    return false;
  }

  /** Reads `-a`, `-abc`, `-n5`, `-n=5`, `-abc value`; tells whether the next argument was its value. */
  short(arg: string, next: string | undefined): boolean {
    const { flags } = this;
    const letters = [...arg.slice(1)];
    for (let at = 0; at < letters.length - 1; at++) {
      const letter = letters[at]!, rest = letters.slice(at + 1).join("");
      const value = rest === "-"
        ? rest
        : /[A-Za-z]/.test(letter) && /^=|=./.test(rest)
        ? rest.slice(rest.indexOf("=") + 1)
        : /[A-Za-z]/.test(letter) && /^-?\d+(?:\.\d*)?(?:e-?\d+)?$/.test(rest)
        ? rest
        : /^\W/.test(rest)
        ? rest
        : undefined;
      if (value !== undefined) {
        this.give(letter, value, arg);
        return false;
      }
      this.give(letter, flags.strings.has(letter) ? "" : true, arg);
    }
    return this.#withNext(letters.at(-1)!, arg, next, true);
  }

  fillDefaults(): void {
    const { flags, options } = this;
    const fill = (name: string, value: unknown) => {
      if (!this.has(name)) {
        for (const each of flags.names(name)) {
          if (!this.has(each)) this.#put(each, value, false);
        }
      }
    };
    for (const [name, value] of Object.entries(options.default ?? {})) {
      fill(name, value);
    }
    for (const name of flags.booleans) {
      fill(name, flags.collected.has(name) ? [] : false);
    }
    for (const name of flags.collected) {
      if (flags.strings.has(name)) fill(name, []);
    }
  }
}
