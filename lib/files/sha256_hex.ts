import { Effect } from "effect";

/**
 * The SHA-256 of bytes, 64 hexadecimal digits.
 *
 * @example Of no bytes
 * ```ts
 * import { sha256Hex } from "@amortize/core/files";
 * import { assertEquals } from "@std/assert";
 * import { Effect } from "effect";
 *
 * const digest = await Effect.runPromise(sha256Hex(new Uint8Array()));
 * assertEquals(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
 * ```
 */
export function sha256Hex(bytes: Uint8Array): Effect.Effect<string> {
  return Effect.promise(async () => {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  });
}
