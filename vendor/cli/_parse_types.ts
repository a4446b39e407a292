/** Names of flags: one, or several. */
type Names<T> = T | ReadonlyArray<Extract<T, string>>;

/** What `unknown` may be asked about. */
export type Unknown = (arg: string, key?: string, value?: unknown) => unknown;

/** What {@linkcode parseArgs} may be told about the flags. */
export interface ParseOptions<
  TBooleans extends boolean | string | undefined = boolean | string | undefined,
  TStrings extends string | undefined = string | undefined,
  TCollectable extends string | undefined = string | undefined,
  TNegatable extends string | undefined = string | undefined,
  TDefault extends Record<string, unknown> | undefined =
    | Record<string, unknown>
    | undefined,
  TAliases extends
    | Readonly<Record<string, string | ReadonlyArray<string>>>
    | undefined =
      | Readonly<Record<string, string | ReadonlyArray<string>>>
      | undefined,
  TDoubleDash extends boolean | undefined = boolean | undefined,
> {
  /** Whether what follows `--` goes into the result's `"--"` and not into `_`. Default: false. */
  "--"?: TDoubleDash;
  /** Other names of a flag; a value given under one name is found under all. */
  alias?: TAliases;
  /** Flags that take no value; `true`: all `--flags` without `=`. */
  boolean?: Names<TBooleans>;
  /** Values of flags that are not given. */
  default?: TDefault;
  /** Whether everything from the first positional argument on goes into `_` unparsed. Default: false. */
  stopEarly?: boolean;
  /** Flags whose value is kept as text; `"_"` keeps the positional arguments as text. */
  string?: Names<TStrings>;
  /** Flags that may be repeated and whose values are collected into an array. */
  collect?: Names<TCollectable>;
  /** Flags that `--no-NAME` sets to false. */
  negatable?: Names<TNegatable>;
  /** Called with every argument that no other option names; the argument is left out if it gives back `false`. */
  unknown?: Unknown;
}

type Other<TNames extends PropertyKey, TAliases> =
  | TNames
  | {
    [K in keyof TAliases]: K extends TNames ? (TAliases[K] extends ReadonlyArray<infer A> ? A : TAliases[K])
      : (TAliases[K] extends ReadonlyArray<infer A> ? A : TAliases[K]) extends TNames ? K
      : never;
  }[keyof TAliases];

type DefaultOf<K, TDefault> = K extends keyof TDefault ? TDefault[K] : never;
type Named<T> = string extends T ? never : Extract<T, string>;
type Flat<T> = { [K in keyof T]: T[K] };

type Keys<TNames, TAliases> = Extract<Other<Named<TNames>, TAliases>, string>;

type Value<K extends string, TBase, TCollect, TNegatable, TDefault, TAliases> =
  | (K extends Keys<TCollect, TAliases> ? TBase[] : TBase)
  | (K extends Keys<TNegatable, TAliases> ? false : never)
  | DefaultOf<K, TDefault>;

type Required<TStrings, TCollect, TDefault, TAliases> = Extract<
  Keys<TStrings, TAliases>,
  keyof TDefault | Keys<TCollect, TAliases>
>;

/** The result of {@linkcode parseArgs}: named flags with their types, other flags as `unknown`, and `_`. */
export type Args<
  TBooleans = undefined,
  TStrings = undefined,
  TCollect = undefined,
  TNegatable = undefined,
  TDefault = undefined,
  TAliases = undefined,
  TDoubleDash = undefined,
> =
  & {
    // deno-lint-ignore no-explicit-any
    [flag: string]: [TBooleans, TStrings, TCollect] extends [undefined | false, undefined, undefined] ? any : unknown;
  }
  & Flat<
    & {
      [K in Keys<TBooleans, TAliases>]: Value<
        K,
        boolean,
        TCollect,
        TNegatable,
        TDefault,
        TAliases
      >;
    }
    & {
      [K in Required<TStrings, TCollect, TDefault, TAliases>]: Value<
        K,
        string,
        TCollect,
        TNegatable,
        TDefault,
        TAliases
      >;
    }
    & {
      [
        K in Exclude<
          Keys<TStrings, TAliases>,
          Required<TStrings, TCollect, TDefault, TAliases> | "_"
        >
      ]?:
        | Value<K, string, TCollect, TNegatable, TDefault, TAliases>
        | undefined;
    }
    & {
      [
        K in Exclude<
          Keys<TCollect, TAliases>,
          Keys<TBooleans, TAliases> | Keys<TStrings, TAliases>
        >
      ]:
        | unknown[]
        | DefaultOf<K, TDefault>
        | (K extends Keys<TNegatable, TAliases> ? false : never);
    }
    & { _: Array<"_" extends Named<TStrings> ? string : string | number> }
    & (TDoubleDash extends true ? { "--": string[] } : unknown)
  >;
