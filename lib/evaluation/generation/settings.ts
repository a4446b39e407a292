import { Effect, Schema } from "effect";
import type { Integration } from "./integrate_field.ts";

/** How points are generated and compared with true ones. */
export interface Generation extends Integration {
  /** Points per set: W depends on it. */
  readonly points: number;
  /** Evaluation tasks that points are generated for; an assignment of 1,000 points takes a good part of a second. */
  readonly tasks: number;
  /** How many of them are drawn as pictures. */
  readonly pictures: number;
}

const count = (minimum: number, fallback: number) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum: 2 ** 16 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(fallback)),
  );

/** Decodes {@linkcode Generation}; 25 Euler intervals, 1,000 points, 12 tasks, 4 pictures where left out. */
export const Generation: Schema.Codec<Generation, Partial<Generation>> = Schema.Struct({
  solver: Schema.Literals(["euler", "midpoint", "rk4"]).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed("euler" as const)),
  ),
  intervals: count(1, 25),
  points: count(2, 1000),
  tasks: count(2, 12),
  pictures: count(0, 4),
});
