// Sums that grow in place.

/** sum += term over count floats. */
export function accumulate(count: i32, sum: usize, term: usize): void {
  const end = sum + <usize>count * 4, whole = sum + <usize>(count & ~3) * 4;
  for (; sum < whole; sum += 16, term += 16) v128.store(sum, f32x4.add(v128.load(sum), v128.load(term)));
  for (; sum < end; sum += 4, term += 4) f32.store(sum, f32.load(sum) + f32.load(term));
}
