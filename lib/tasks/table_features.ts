import { type Key, normals, purpose } from "../random/mod.ts";
import type { FromTable, TableFeatures } from "../stages/from_table.ts";

/** Columns as they are, then zeros up to `features`; with `constant` the last feature is 1. */
export function paddedColumns(
  columns: number,
  { features, constant }: { readonly features: number; readonly constant: boolean },
): TableFeatures {
  const matrix = new Float32Array(columns * features), offset = new Float32Array(features);
  for (let i = 0; i < columns; i++) matrix[i * features + i] = 1;
  if (constant) offset[features - 1] = 1;
  return { matrix, offset };
}

/** One random projection P ~ N(0, 1) `[columns, features]`, the same for the same key. */
export function projectedColumns(key: Key, columns: number, features: number): TableFeatures {
  const matrix = normals(purpose(key, "projection"), columns * features);
  return { matrix, offset: new Float32Array(features) };
}

/** How a table of images, a column per pixel, becomes x and y: rows of about unit length, projected; names of classes. */
export function imageTable(
  sizes: { readonly pixels: number; readonly dimension: number; readonly classes: number },
): FromTable {
  return {
    fewest: sizes.pixels,
    most: sizes.pixels,
    scaling: "together",
    scalerRows: 256,
    target: { kind: "class", most: sizes.classes },
    features: (key, columns) => projectedColumns(key, columns, sizes.dimension),
  };
}
