import type { EvaluatedMethod, Evaluation } from "../evaluation/evaluation_file.ts";
import { distributionsOf, inDistribution, onDistribution } from "./_distributions.ts";
import { lastTrainedStep, ratioToExact, resultsAt, stepAt, stepCell } from "./_cells.ts";

/** The result in two or three sentences, computed from the numbers; then one for each other distribution. */
export function headline(evaluation: Evaluation): string {
  const own = sentencesOn(onDistribution(evaluation, inDistribution));
  const others = distributionsOf(evaluation).filter((name) => name !== inDistribution).map((name) => {
    const there = onDistribution(evaluation, name);
    const model = there.results[0]!, ridge = there.results.find(({ method }) => method === "ridge");
    const unit = evaluation.metrics[0]?.unit === "%" ? " %" : "";
    const beside = ridge === undefined
      ? ""
      : `, beside ridge regression's ${stepCell(ridge, lastTrainedStep(model))}${unit}`;
    return `On ${name} it is ${stepCell(model, lastTrainedStep(model))}${unit}${beside}.`;
  });
  return [own, ...others].join(" ");
}

function sentencesOn(evaluation: Evaluation): string {
  const [model] = evaluation.results, [metric] = evaluation.metrics;
  if (model === undefined || metric === undefined) return "No results.";
  const steps = lastTrainedStep(model), percent = metric.unit === "%" ? " %" : "";
  const others = resultsAt(evaluation);
  const find = (method: string): EvaluatedMethod | undefined => others.find((r) => r.method === method);
  const valueOf = (result: EvaluatedMethod | undefined): string | undefined =>
    result === undefined ? undefined : stepCell(result, steps).split(" ")[0]!;

  const refinements = steps === 1 ? "1 refinement" : `${steps} refinements`;
  let first = `After ${refinements} the model's ${metric.name} is ${stepCell(model, steps)}${percent}`;
  const ratio = ratioToExact(evaluation, model), exact = valueOf(find("exact-posterior"));
  const ridge = valueOf(find("ridge"));
  if (ratio !== undefined) first += `, ${ratio.toFixed(2)} × the exact posterior's ${exact}`;
  else if (ridge !== undefined) first += `; ridge regression on the same observations gets ${ridge}${percent}`;

  const sentences = [first];
  const sgd = find("sgd"), adam = find("adam");
  if (sgd !== undefined && adam !== undefined) {
    sentences.push(
      `One pass over the same observations gets SGD to ${valueOf(sgd)}${percent} and Adam to ${
        valueOf(adam)
      }${percent}`,
    );
    const reached = [["SGD", sgd] as const, ["Adam", adam] as const].filter(([, r]) =>
      r.matchedAfterPasses !== undefined
    )
      .map(([name, r]) => `${name} after ${r.matchedAfterPasses} ${r.matchedAfterPasses === 1 ? "pass" : "passes"}`);
    if (reached.length > 0 && stepAt(model, steps) !== undefined) {
      sentences.push(`The model's error is reached by ${reached.join(" and by ")}`);
    }
  }
  return sentences.join(". ") + ".";
}
