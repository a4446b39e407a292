import type { Key } from "./key.ts";
import { philoxBlocks } from "./philox.ts";
import { compilePhilox, WASM_BLOCKS, type WasmPhilox } from "./philox_wasm.ts";

const TWO_32 = 2 ** 32;
/** From this many blocks on the call into WebAssembly pays. */
const WORTH_A_CALL = 8;

let compiled: { readonly philox: WasmPhilox | undefined } | undefined; // a cache of a constant, made at the first draw

/** {@linkcode philoxBlocks}, by WebAssembly where it is allowed; the same words either way. */
function fill(out: Uint32Array, block: number, { iteration, purpose, split, seed }: Key): void {
  const low = seed % TWO_32, high = Math.floor(seed / TWO_32), total = out.length / 4;
  const wasm = total < WORTH_A_CALL ? undefined : (compiled ??= { philox: compilePhilox() }).philox;
  if (wasm === undefined) return philoxBlocks(out, total, block, iteration, purpose, split, low, high);
  for (let done = 0; done < total; done += WASM_BLOCKS) {
    const blocks = Math.min(WASM_BLOCKS, total - done);
    wasm.blocks(blocks, block + done, iteration, purpose, split, low, high);
    out.set(wasm.words.subarray(0, 4 * blocks), 4 * done);
  }
}

/**
 * `count` random words of a stream, each from 0 to 2^32 − 1. Element i is word `(first + i) mod 4` of block
 * `⌊(first + i) / 4⌋`, so that any slice of a longer draw can be drawn alone. `first + count` must stay within 2^34.
 *
 * @example A slice drawn alone
 * ```ts
 * import { keyFor, randomBits } from "@amortize/core/random";
 * import { assertEquals } from "@std/assert";
 *
 * const key = keyFor(1, "training", 0);
 * assertEquals(randomBits(key, 2, 5), randomBits(key, 8).slice(5, 7));
 * ```
 */
export function randomBits(key: Key, count: number, first = 0): Uint32Array<ArrayBuffer> {
  const skipped = first % 4;
  const words = new Uint32Array(Math.ceil((skipped + count) / 4) * 4);
  fill(words, (first - skipped) / 4, key);
  return words.length === count ? words : words.subarray(skipped, skipped + count);
}
