import { InvalidSeed } from "../errors/invalid_seed.ts";

/**
 * Names a stream of random words. Two keys that differ in any field give unrelated streams; equal keys give equal bits on
 * every machine and backend. A key is plain data: it is never used up, so one key and one position are one number for ever.
 */
export interface Key {
  /** The run's seed, a whole number from 0 to 2^53 − 1. */
  readonly seed: number;
  /** The iteration of training, or any other counter, modulo 2^32. */
  readonly iteration: number;
  /** What the numbers are for, as a number: see {@linkcode purpose}. */
  readonly purpose: number;
  /** The split (training, validation, …), as a number. */
  readonly split: number;
}

/** The largest seed: the largest integer up to which all are exact. */
const LARGEST_SEED = Number.MAX_SAFE_INTEGER;
const FNV_OFFSET = 0x811c9dc5, FNV_PRIME = 0x01000193;

/** FNV-1a over the UTF-8 bytes of a name, going on from `state`. Source: Fowler, Noll, Vo; RFC 9923. */
function fnv1a(name: string, state: number): number {
  for (const byte of new TextEncoder().encode(name)) state = Math.imul(state ^ byte, FNV_PRIME);
  return state >>> 0;
}

/**
 * The key of an iteration within a split, such as `"training"`, `"validation"`, `"evaluation"` or `"initialisation"`.
 * Throws {@linkcode InvalidSeed} unless the seed is a whole number from 0 to 2^53 − 1.
 *
 * @example Equal keys, equal numbers
 * ```ts
 * import { keyFor, normals, purpose } from "@amortize/core/random";
 * import { assertEquals, assertNotEquals } from "@std/assert";
 *
 * const draw = (iteration: number) => normals(purpose(keyFor(7, "training", iteration), "noise"), 4);
 * assertEquals(draw(0), draw(0));
 * assertNotEquals(draw(0), draw(1));
 * ```
 */
export function keyFor(seed: number, split: string, iteration: number): Key {
  if (!Number.isInteger(seed) || seed < 0 || seed > LARGEST_SEED) {
    throw new InvalidSeed({ found: seed, remedy: "choose a seed such as 0, 1 or 2026" });
  }
  return { seed, iteration: iteration >>> 0, purpose: FNV_OFFSET, split: fnv1a(split, FNV_OFFSET) };
}

/**
 * The key of one use of random numbers within a stream. Names nest: `purpose(purpose(key, "a"), "b")` is neither
 * `purpose(key, "b")`, nor `purpose(key, "ab")`, nor `purpose(purpose(key, "b"), "a")`.
 */
export function purpose(key: Key, name: string): Key {
  const ended = Math.imul(fnv1a(name, key.purpose) ^ 0xff, FNV_PRIME) >>> 0; // 0xff, in no UTF-8 text, ends the name
  return { ...key, purpose: ended };
}
