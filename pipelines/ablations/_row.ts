import type { JsonObject } from "../../lib/training/mod.ts";
import type { TableSize } from "../tables/definition.ts";
import type { AblationRow } from "./definition.ts";
import { type AblationSize, mnistSizes, regressionSizes, settingsAt, sizeNote } from "./sizes.ts";

/** Pipelines that ablations are trained on, by name. */
const sizesOf = { "linear-regression": regressionSizes, mnist: mnistSizes } as const;

/** What a row is, before its size is known. */
export interface RowRequest {
  readonly pipeline: keyof typeof sizesOf;
  readonly label: AblationRow["label"];
  readonly panel: string;
  readonly line: string;
  readonly method?: string;
  /** Settings on top of the size's. */
  readonly settings: JsonObject;
  /** Whether limits and baselines are measured beside it. */
  readonly compares?: boolean;
}

/** The size of a pipeline's trainings. */
export function sizeOf(pipeline: RowRequest["pipeline"], size: TableSize): AblationSize {
  return sizesOf[pipeline][size];
}

/** One training at a size; its folder is named after its label. */
export function rowOf(
  size: TableSize,
  { pipeline, label, panel, line, method, settings, compares }: RowRequest,
): AblationRow {
  const parts = Object.entries(label).map(([name, value]) =>
    (typeof value === "number" ? `${name}${value}` : value).toLowerCase().replaceAll(/[^a-z0-9.+]+/g, "-").replace(
      /-$/,
      "",
    )
  );
  return {
    label,
    panel,
    line,
    training: {
      name: parts.join("-"),
      parts,
      pipeline,
      columns: { in: "error" },
      settings: settingsAt(sizeOf(pipeline, size), settings),
      ...(method === undefined ? {} : { method }),
      ...(compares === true ? { compares } : {}),
    },
  };
}

/** What every ablation's reader must know. */
export function notesOf(size: TableSize, pipelines: readonly RowRequest["pipeline"][]): string[] {
  return pipelines.map((pipeline) => sizeNote(pipeline, sizeOf(pipeline, size)));
}
