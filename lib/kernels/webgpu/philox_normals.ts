import { QUANTILE_SCALE, QUANTILES } from "../../random/quantiles.ts";
import { elementwise } from "./elementwise.ts";
import { type WebgpuKernel, webgpuKernel } from "./kernel.ts";

/**
 * place int32 `[7]` of `drawPlace` → `count` standard normal numbers, with the bits of `normals` of lib/random: whole
 * numbers all the way, and one exact conversion. The 8 KB of quantiles go up with each call; a recording keeps them.
 */
const philoxNormals = webgpuKernel<"place", { readonly count: number }>(
  "AmortizePhiloxNormals",
  (shop, { place }, { count }) => {
    const z = shop.output(count), quantiles = shop.backend.makeTensorInfo([QUANTILES.length], "int32", QUANTILES);
    shop.run(elementwise({
      key: `philoxNormals ${count}`,
      reads: { place, quantiles },
      writes: { z },
      size: Math.ceil((count + 3) / 4), // blocks, where up to three words are skipped
      before: philoxText,
      text: `let words = philox(vec4u(word(5u) + i, word(2u), word(3u), word(4u)), vec2u(word(0u), word(1u)));
  for (var j = 0u; j < 4u; j++) {
    let e = 4u * i + j - word(6u); // wraps round where a word is skipped
    if (e < ${count}u) { z[e] = normal(words[j]); }
  }`,
    }));
    shop.release(quantiles);
    return z;
  },
);

/** Random numbers. */
export const philoxKernels: readonly WebgpuKernel[] = [philoxNormals];

/** `philox(counter, key)` as in lib/random/philox.ts; WGSL has no high word of a product either. */
const philoxText = `fn word(i: u32) -> u32 { return bitcast<u32>(place[i]); }
fn high(a: u32, b: u32) -> u32 {
  let x = a & 0xffffu; let y = a >> 16u; let u = b & 0xffffu; let v = b >> 16u;
  let m = y * u + ((x * u) >> 16u); let n = x * v + (m & 0xffffu);
  return y * v + (m >> 16u) + (n >> 16u);
}
fn philox(counter: vec4u, seed: vec2u) -> vec4u {
  var c = counter; var k = seed;
  for (var round = 0u; round < 10u; round++) {
    let a = high(c.x, 0xd2511f53u); let b = high(c.z, 0xcd9e8d57u);
    c = vec4u(b ^ c.y ^ k.x, c.z * 0xcd9e8d57u, a ^ c.w ^ k.y, c.x * 0xd2511f53u);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}
fn normal(x: u32) -> f32 {
  let interval = x >> 21u; let within = i32(((x >> 10u) & 0x7feu) | 1u);
  let low = quantiles[interval];
  return f32(low + (((quantiles[interval + 1u] - low) * within + 1024) >> 11u)) * ${1 / QUANTILE_SCALE};
}`;
