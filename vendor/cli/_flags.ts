import type { ParseOptions } from "./_parse_types.ts";

function list(
  names: string | boolean | readonly string[] | undefined,
): readonly string[] {
  if (names === undefined || typeof names === "boolean") return [];
  return typeof names === "string" ? [names] : names;
}

/** What the options say about names, aliases followed. */
export class Flags {
  readonly #aliases = new Map<string, Set<string>>();
  readonly booleans: ReadonlySet<string>;
  readonly strings: ReadonlySet<string>;
  readonly collected: ReadonlySet<string>;
  readonly negatable: ReadonlySet<string>;
  readonly known: ReadonlySet<string>;
  readonly allBoolean: boolean;

  constructor(options: ParseOptions) {
    for (const [name, others] of Object.entries(options.alias ?? {})) {
      if (others === undefined) throw new TypeError(`Alias value must be defined: ${name}`);
      const group = new Set([name, ...list(others)]);
      for (const member of [...group]) {
        this.#aliases.get(member)?.forEach((further) => group.add(further));
      }
      for (const member of group) this.#aliases.set(member, group);
    }
    const withAliases = (names: readonly string[]) => new Set(names.flatMap((name) => this.names(name)));
    this.booleans = withAliases(list(options.boolean));
    this.strings = withAliases(list(options.string));
    this.collected = withAliases(list(options.collect));
    this.negatable = withAliases(list(options.negatable));
    this.allBoolean = options.boolean === true;
    this.known = new Set([
      ...this.booleans,
      ...this.strings,
      ...this.collected,
      ...this.#aliases.keys(),
    ]);
  }

  /** The flag's name and all its aliases. */
  names(name: string): string[] {
    return [
      name,
      ...[...this.#aliases.get(name) ?? []].filter((other) => other !== name),
    ];
  }
}
