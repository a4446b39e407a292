import type { Tensor } from "@tensorflow/tfjs";
import type { Tensors } from "../capture/mod.ts";

/** The same record with a prefix before its names: how several go into one function of tensors. */
export function prefixed(prefix: string, tensors: Tensors): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
}

/** What {@linkcode prefixed} put under a prefix. */
export function unprefixed(prefix: string, tensors: Tensors): Record<string, Tensor> {
  const chosen = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(chosen.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
