import type { TableTraining } from "./definition.ts";

/**
 * Whether a text names a training: whole parts of its name, one after another. So `data-1` names `data-1-mnist` and not
 * `data-10-mnist`, and `mnist` names what is trained on mnist and not on fashion-mnist.
 */
export function namedBy(text: string, { name, parts = name.split("-") }: TableTraining): boolean {
  return text === name || partSequences(parts).includes(text);
}

/** Every run of parts, as a text names it. */
export function partSequences(parts: readonly string[]): string[] {
  return parts.flatMap((_, first) => parts.slice(first).map((_, i) => parts.slice(first, first + i + 1).join("-")));
}
