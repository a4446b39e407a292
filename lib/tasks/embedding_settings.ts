import { Effect, Schema } from "effect";

/** How embeddings become tasks. */
export interface EmbeddingClassification {
  /** The data set that is trained on: `DIR/NAME/train.safetensors` and `validation.safetensors`. */
  readonly trained: string;
  /** Data sets that a trained model is evaluated on too, all their classes, out of distribution. */
  readonly elsewhere: readonly string[];
  /** Numbers per embedding, d. */
  readonly dimension: number;
  /** Labels, C: what a task's classes are grouped into, at most. */
  readonly labels: number;
  /** Fewest classes of a task. */
  readonly fewestClasses: number;
  /** Most classes of a task; as many as there are, where these are fewer. */
  readonly mostClasses: number;
  /** Classes of the trained data set that validation tasks alone are made of. */
  readonly validationClasses: number;
  /** Classes of the trained data set that evaluation tasks alone are made of. */
  readonly evaluationClasses: number;
  /**
   * `shuffled`: each task sees the numbers of all embeddings in an order and with signs of its own, so that a model cannot
   * learn by heart which numbers tell a few training classes apart. Distances and linear predictors do not change.
   */
  readonly axes: "as-they-are" | "shuffled";
}

const count = (minimum: number, by: number) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum: 65536 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(by)),
  );
const dataSet = Schema.String.check(Schema.isPattern(/^[\w.-]+$/));

/** Decodes {@linkcode EmbeddingClassification}; the sizes of `deno task embed:fashion` where left out. */
export const EmbeddingClassification: Schema.Codec<EmbeddingClassification, Partial<EmbeddingClassification>> = Schema
  .Struct({
    trained: dataSet.pipe(Schema.withDecodingDefaultKey(Effect.succeed("fashion-embeddings"))),
    elsewhere: Schema.Array(dataSet).pipe(Schema.withDecodingDefaultKey(Effect.succeed(["mnist-embeddings"]))),
    dimension: count(1, 64),
    labels: count(2, 5),
    fewestClasses: count(2, 2),
    mostClasses: count(2, 5),
    validationClasses: count(2, 2),
    evaluationClasses: count(2, 3),
    axes: Schema.Literals(["as-they-are", "shuffled"]).pipe(
      Schema.withDecodingDefaultKey(Effect.succeed("as-they-are" as const)),
    ),
  }).check(
    Schema.makeFilter((c) =>
      c.fewestClasses <= c.mostClasses
        ? undefined
        : `task.fewestClasses ${c.fewestClasses} is more than task.mostClasses ${c.mostClasses}`
    ),
  );
