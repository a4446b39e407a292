import type { Key } from "../random/mod.ts";

/** Scaled columns become x by a product: x = columns · matrix + offset. */
export interface TableFeatures {
  /** `[columns, features]`, row-major. */
  readonly matrix: Float32Array<ArrayBuffer>;
  /** `[features]`. */
  readonly offset: Float32Array<ArrayBuffer>;
}

/** What a table's target is: a number, scaled as in training; or the name of a class, numbered as it comes up. */
export type TableTarget =
  | {
    readonly kind: "number";
    /** Standard deviation that y has in training where a table has so many columns. */
    readonly deviation: (columns: number) => number;
  }
  | {
    readonly kind: "class";
    /** The most classes. */
    readonly most: number;
  };

/**
 * How a person's table becomes a family's x and y: columns are centred and scaled by the first rows, then mapped to
 * features. A family says it as data, so that a state can keep what was fitted.
 */
export interface FromTable {
  /** The fewest columns, target not counted. */
  readonly fewest: number;
  /** The most. */
  readonly most: number;
  /** `each`: every column has unit variance; `together`: one scale for all, such that a row has unit length on average. */
  readonly scaling: "each" | "together";
  /** Rows that columns and numbers are centred and scaled by, as in training. */
  readonly scalerRows: number;
  /** What y is. */
  readonly target: TableTarget;
  /** The map from scaled columns to features; what is random in it comes from the key. */
  readonly features: (key: Key, columns: number) => TableFeatures;
}
