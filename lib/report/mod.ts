/** Tables and plots from run folders. @module */
import type { Evaluation } from "../evaluation/mod.ts";
import type { JsonObject, MetricLine } from "../training/mod.ts";
export { methodName, renderTable, type TableOptions } from "./render_table.ts";
export interface RunRecord { readonly name: string; readonly config: JsonObject; readonly sessions: readonly JsonObject[]; readonly metrics: readonly MetricLine[]; readonly evaluation?: Evaluation }
export const renderReport = (runs: readonly RunRecord[]): string => `<html>${runs.length}</html>`;
