/** Text of a value, complete and with sorted keys, so that equal values have equal text. */
export function format(value: unknown): string {
  const inspect = (globalThis as { Deno?: { inspect?: typeof Deno.inspect } })
    .Deno?.inspect;
  if (inspect === undefined) {
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  }
  return inspect(value, {
    compact: false,
    depth: Infinity,
    getters: true,
    iterableLimit: Infinity,
    sorted: true,
    strAbbreviateSize: Infinity,
    trailingComma: true,
  });
}

/** Ends a message: with what the caller had to say, or with a full stop. */
export function suffix(msg: string | undefined): string {
  return msg ? `: ${msg}` : ".";
}
