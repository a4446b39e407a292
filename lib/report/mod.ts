/**
 * Tables, figures and pages from what run folders hold, as texts: nothing here reads or writes files.
 *
 * @module
 */
export {
  factorFigure,
  type FactorPoint,
  type NamedResult,
  type ResultsFigure,
  resultsFigure,
} from "./ablation_figures.ts";
export { methodName } from "./_cells.ts";
export {
  type Comparison,
  type ComparisonCell,
  type ComparisonFigure,
  type ComparisonRow,
  renderComparison,
  renderComparisonPage,
} from "./comparison.ts";
export { type ContextLengthFigure, contextLengthFigure } from "./context_length_figure.ts";
export { errorPerStepFigure } from "./_error_figures.ts";
export { headline } from "./headline.ts";
export { renderReport } from "./render_report.ts";
export { renderTable, type TableOptions } from "./render_table.ts";
export {
  type NamedRuntimeRow,
  renderRuntime,
  renderRuntimePage,
  runtimeFigures,
  type RuntimeReport,
} from "./runtime_report.ts";
export type { RunRecord } from "./run_record.ts";
