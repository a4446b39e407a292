import { Effect } from "effect";

/**
 * The SHA-256 of bytes, 64 hexadecimal digits.
 *
 * ```ts
 * import { Effect } from "effect";
 * import { sha256Hex } from "@amortize/core/files";
 * const digest = await Effect.runPromise(sha256Hex(new Uint8Array()));
 * console.assert(digest.startsWith("e3b0c442"));
 * ```
 */
export function sha256Hex(bytes: Uint8Array): Effect.Effect<string> {
  return Effect.promise(async () => {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  });
}
