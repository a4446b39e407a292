/** Tables and plots from run folders. @module */
export { methodName } from "./_cells.ts";
export { errorPerStepFigure } from "./_error_figures.ts";
export { headline } from "./headline.ts";
export { renderReport } from "./render_report.ts";
export { renderTable, type TableOptions } from "./render_table.ts";
export type { RunRecord } from "./run_record.ts";
