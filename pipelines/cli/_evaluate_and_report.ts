import { Effect } from "effect";
export const evaluateAndReport = (_folder: string, _o: unknown) => Effect.void;
export const writeReport = (_f: readonly string[], _o?: string) => Effect.succeed("");
