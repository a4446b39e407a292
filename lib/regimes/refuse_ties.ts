import type { Transformer } from "../model/transformer.ts";
import type { Refusal } from "./refuse.ts";

/** Refuses tied attention weights where no transformer is there to start with them. */
export function refuseTies({ tiedAttention = 0, tiedOutput = 0 }: Transformer, model: string): Refusal | undefined {
  if (tiedAttention === 0 && tiedOutput === 0) return undefined;
  const name = tiedAttention > 0 ? "tiedAttention" : "tiedOutput";
  return { path: ["model", name], issue: `${model} has no such attention: use ${name}=0` };
}
