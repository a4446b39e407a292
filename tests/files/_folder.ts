import { Effect, Result } from "effect";

/** Runs with a folder of its own, which is gone afterwards. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "amortize-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The failure of an effect that must fail. */
export async function failureOf<A, E>(effect: Effect.Effect<A, E>): Promise<E> {
  const result = await Effect.runPromise(Effect.result(effect));
  if (Result.isFailure(result)) return result.failure;
  throw new Error("the effect did not fail");
}
