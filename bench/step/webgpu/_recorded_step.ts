import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { type CompiledOnWebGPU, compileOnWebGPU, type Tensors } from "../../../lib/capture/mod.ts";
import type { Weights } from "../../../lib/model/mod.ts";
import { adamFactors, adamStep } from "../../../lib/ops/mod.ts";
import { valueAndGradients, weightsOf } from "../_bare_step.ts";
import type { Case } from "../_read_case.ts";

/** A whole step, recorded once. */
export interface RecordedStep {
  /** Submits a step; the caller owns its loss. */
  readonly step: () => tf.Tensor;
  readonly memory: CompiledOnWebGPU["memory"];
}

/** Records forward, backward and Adam in one, weights and moments in place; only Adam's factors come in anew. */
export async function recordedStep(c: Case): Promise<RecordedStep> {
  const own = valueAndGradients({ case: c, first: 0, count: c.cell.tasks });
  const step = (inputs: Tensors): Tensors => {
    const weights = startingWith("weight/", inputs), { value, gradients } = own(weights);
    const moments = { first: startingWith("first/", inputs), second: startingWith("second/", inputs) };
    adamStep(weights, gradients, moments, inputs["factors"]!);
    return { loss: value };
  };
  const state = stateOf(c, (weight) => tf.zeros(weight.shape)), inPlace = Object.keys(state);
  const other = stateOf(c, (weight) => tf.abs(weight));
  const factors = (step: number): tf.Tensor1D => tf.tensor1d(adamFactors({ ...c.adam, step }));
  const examples = [{ ...state, factors: factors(1) }, { ...other, factors: factors(3) }] as const;
  const compiled = await Effect.runPromise(compileOnWebGPU("the bare step", step, examples, { inPlace }));
  tf.dispose([other, examples[0].factors, examples[1].factors]);
  let count = 0;
  return {
    step: () => {
      const now = factors(++count), { loss } = compiled.run({ ...state, factors: now });
      now.dispose();
      return loss!;
    },
    memory: compiled.memory,
  };
}

/** Weights, and moments made of them, by names of inputs. */
function stateOf(c: Case, moment: (weight: tf.Tensor) => tf.Tensor): Record<string, tf.Tensor> {
  const all = Object.entries(weightsOf(c)).flatMap(([name, weight]) => [
    [`weight/${name}`, weight] as const,
    [`first/${name}`, moment(weight)] as const,
    [`second/${name}`, moment(weight)] as const,
  ]);
  return Object.fromEntries(all);
}

function startingWith(prefix: string, tensors: Tensors): Weights {
  const chosen = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(chosen.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
