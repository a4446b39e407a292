import { Effect, Result, Schema } from "effect";
import { InvalidConfiguration } from "../errors/invalid_configuration.ts";

/**
 * Decodes a file's text as JSON of a schema, strictly. Fails with {@linkcode InvalidConfiguration}, naming `path`, if it is no
 * JSON or if any field is missing, unknown or of another type.
 */
export function decodeJson<Type>(
  schema: Schema.Codec<Type>,
  text: string,
  path: string,
): Effect.Effect<Type, InvalidConfiguration> {
  return Effect.suspend(() => {
    const json = Schema.fromJsonString(schema);
    const decoded = Schema.decodeUnknownResult(json, { errors: "all", onExcessProperty: "error" })(text);
    return Result.isSuccess(decoded)
      ? Effect.succeed(decoded.success)
      : Effect.fail(new InvalidConfiguration({ what: path, issues: [decoded.failure.message] }));
  });
}
