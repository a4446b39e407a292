import { assert, assertEquals } from "@std/assert";
import { keyFor, normals, purpose, randomBits } from "../../lib/random/mod.ts";
import { QUANTILE_SCALE, QUANTILES } from "../../lib/random/quantiles.ts";

const density = (z: number) => Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);

/** The distribution function for 0 ≤ z ≤ 6 by its series. */
function distribution(z: number): number {
  let term = z, sum = z;
  for (let n = 1; n < 300; n++) sum += term *= z * z / (2 * n + 1);
  return 0.5 + density(z) * sum;
}

function quantile(share: number): number {
  let [low, high] = [0, 6];
  for (let halvings = 0; halvings < 60; halvings++) {
    const middle = (low + high) / 2;
    if (distribution(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

Deno.test("QUANTILES are the rounded quantiles of the normal distribution", () => {
  assertEquals(QUANTILES.length, 2049);
  for (let at = 1024; at < 2048; at++) {
    assertEquals(QUANTILES[at], Math.round(quantile(at / 2048) * QUANTILE_SCALE));
  }
  const last = quantile(2047 / 2048);
  const end = 2 * density(last) * 2048 - last; // (last + end) / 2 is the mean beyond last
  assertEquals(QUANTILES[2048], Math.round(end * QUANTILE_SCALE));
  for (let at = 0; at <= 1024; at++) assertEquals(QUANTILES[at], 0 - QUANTILES[2048 - at]!);
});

Deno.test("normals() interpolate QUANTILES in whole numbers", () => {
  const key = keyFor(11, "training", 0);
  const words = randomBits(key, 4000), values = normals(key, 4000);
  words.forEach((word, at) => {
    const interval = Math.floor(word / 2 ** 21), place = 2 * (Math.floor(word / 2 ** 11) % 1024) + 1;
    const [from, to] = [QUANTILES[interval]!, QUANTILES[interval + 1]!];
    const exact = Math.floor(((to - from) * place + 1024) / 2048);
    assertEquals(values[at], (from + exact) / QUANTILE_SCALE);
  });
});

Deno.test("normals() reach both ends of the table and no further", () => {
  const values = normals(keyFor(12, "training", 0), 1 << 16);
  const end = QUANTILES[2048]! / QUANTILE_SCALE;
  assert(values.every((value) => Math.abs(value) < end));
  assert(values.some((value) => value < -3.3) && values.some((value) => value > 3.3));
});

Deno.test("normals() have the bits they have had since the first release", () => {
  const bits = (values: Float32Array) => Array.from(new Uint32Array(values.buffer), (word) => word.toString(16));
  const key = purpose(keyFor(2026, "training", 41), "noise");
  assertEquals(bits(normals(key, 8)), GOLDEN_FIRST);
  assertEquals(bits(normals(keyFor(2 ** 53 - 1, "evaluation", 2 ** 32 - 1), 8)), GOLDEN_LARGEST);
});

const GOLDEN_FIRST = ["bf892d40", "3c97e800", "bf05ac80", "3e207000", "bf2abb40", "3ef02700", "bd643800", "bf4eb5c0"];
const GOLDEN_LARGEST = ["3fd93e20", "3f124840", "bfc794c0", "bff092e0", "3f274d80", "3e9da600", "bf917920", "3fdccb00"];
