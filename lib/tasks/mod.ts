/**
 * Families of tasks: how tasks are drawn and observed, what they are measured in, and what nobody can beat on them.
 *
 * @module
 */
export { Alphabets, alphabets, heldOutLetters, type LetterTask, trainedLetters } from "./generation/alphabets.ts";
export { type Contours, filledShape, type FillRule, pointInside, type Trapezoid } from "./generation/filled_shape.ts";
export { type DensityFamily, excessFieldError, flowMatching } from "./generation/flow_matching.ts";
export { GaussianMixtures, gaussianMixtures, type MixtureTask } from "./generation/gaussian_mixtures.ts";
export { type Letter, letter } from "./generation/letter.ts";
export { type Mixture, mixtureField } from "./generation/mixture_field.ts";
export { type ClassSplit, classSplit, type HeldOutClasses } from "./class_split.ts";
export type { EmbeddingRole, EmbeddingTask } from "./_embedding_draws.ts";
export { embeddingClassification } from "./embedding_classification.ts";
export { EmbeddingClassification } from "./embedding_settings.ts";
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
export { readEmbeddingSets } from "./read_embedding_sets.ts";
export { type DataError, readImages } from "./read_images.ts";
export * from "./structural_causal_model/mod.ts";
export { imageTable, paddedColumns, projectedColumns } from "./table_features.ts";
export { fitTableScaler, type TableScaler } from "./table_scaler.ts";
export { TableRegression, tableRegression, type TableTask } from "./table_regression.ts";
