/**
 * Families of tasks: how tasks are drawn and observed, what they are measured in, and what nobody can beat on them.
 *
 * @module
 */
export {
  heldOutShare,
  imageClasses,
  ImageClassification,
  imageClassification,
  type ImageTask,
} from "./image_classification.ts";
export {
  type LabelledData,
  type LabelledRows,
  type RowStatistics,
  rowStatistics,
  type TaskData,
} from "./labelled_data.ts";
export { LinearRegression, linearRegression, type LinearTask } from "./linear_regression.ts";
export { type DataError, readImages } from "./read_images.ts";
