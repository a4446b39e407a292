/** Tables and plots from run folders. @module */
export { errorPerStepFigure } from "./_figures.ts";
export { headline, renderReport } from "./render_report.ts";
export { methodName, renderTable, type TableOptions } from "./render_table.ts";
export type { RunRecord } from "./run_record.ts";
