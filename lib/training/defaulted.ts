import { Effect, Schema } from "effect";

/** A group of settings that may be left out whole, since every field of it has a default. */
export function defaulted<Type>(
  group: Schema.Codec<Type, Partial<Type>>,
): Schema.withDecodingDefaultKey<Schema.Codec<Type, Partial<Type>>> {
  return group.pipe(Schema.withDecodingDefaultKey(Effect.succeed({} as Partial<Type>)));
}
