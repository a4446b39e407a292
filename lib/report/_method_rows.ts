import type { EvaluatedMethod, Evaluation } from "../evaluation/evaluation_file.ts";
import {
  lastTrainedStep,
  methodName,
  millisecondsCell,
  noiseFloorOf,
  ratioToExact,
  resultsAt,
  stepAt,
  stepCell,
} from "./_cells.ts";

/** Methods side by side, as text and page both show them. */
export interface MethodRows {
  /** The results shown, one a row. */
  readonly shown: readonly EvaluatedMethod[];
  /** Heads of the columns after those of steps. */
  readonly heads: readonly string[];
  /** The method, its error after each step, and what the heads say. */
  readonly rows: readonly (readonly string[])[];
}

/** A method a row on the trained mini-batch size, a step a column; `floor` adds the errors without the noise floor. */
export function methodRows(
  evaluation: Evaluation,
  steps: readonly number[],
  { floor: withFloor }: { readonly floor: boolean },
): MethodRows {
  const shown = resultsAt(evaluation);
  const hasExact = shown.some(({ method }) => method === "exact-posterior");
  const floor = withFloor ? noiseFloorOf(evaluation) : undefined;
  return {
    shown,
    heads: [...(hasExact ? ["÷ exact"] : []), ...(floor === undefined ? [] : [`− ${floor}`]), "ms/task"],
    rows: shown.map((result) => [
      methodName(result),
      ...steps.map((step) => stepCell(result, step)),
      ...(hasExact ? [ratioCell(evaluation, result)] : []),
      ...(floor === undefined ? [] : [aboveFloor(result, floor)]),
      millisecondsCell(result),
    ]),
  };
}

/** The ratio to the exact posterior, a dash where there is none. */
export function ratioCell(evaluation: Evaluation, result: EvaluatedMethod): string {
  return ratioToExact(evaluation, result)?.toFixed(2) ?? "–";
}

function aboveFloor(result: EvaluatedMethod, floor: number): string {
  const found = stepAt(result, lastTrainedStep(result));
  return found === undefined ? "–" : (found.mean - floor).toPrecision(2);
}
