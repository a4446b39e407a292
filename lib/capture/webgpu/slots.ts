/** When a buffer is needed, both ends included. */
export interface Lifetime {
  /** Bytes. */
  readonly size: number;
  readonly first: number;
  readonly last: number;
}

/** Which slot each lifetime uses, and the slots' bytes. */
export interface Slots {
  readonly slotOf: readonly number[];
  readonly sizes: readonly number[];
}

/**
 * Lays lifetimes onto few bytes, one after another: each into the smallest slot that holds it of those that are free all
 * its life, else into the largest of those, which grows. Lifetimes that overlap never share a slot: a buffer that a
 * dispatch both reads and writes is an error in WebGPU, even where the ranges are apart. The largest go first, and of equal
 * ones the longest lived or the earliest; or the earliest of all go first: whichever takes least. That comes within a few
 * per cent of what is alive at once.
 */
export function slotsFor(lifetimes: readonly Lifetime[]): Slots {
  const length = ({ first, last }: Lifetime): number => Math.min(last, Number.MAX_SAFE_INTEGER) - first;
  const orders: ((a: Lifetime, b: Lifetime) => number)[] = [
    (a, b) => b.size - a.size || length(b) - length(a) || a.first - b.first,
    (a, b) => b.size - a.size || a.first - b.first,
    (a, b) => a.first - b.first,
  ];
  return orders.map((order) => fitted(lifetimes, order)).reduce((a, b) => bytes(b) < bytes(a) ? b : a);
}

/** Slots in which lifetimes took their places in this order. */
function fitted(lifetimes: readonly Lifetime[], order: (a: Lifetime, b: Lifetime) => number): Slots {
  const slotOf = new Array<number>(lifetimes.length), sizes: number[] = [], users: Lifetime[][] = [];
  const indices = lifetimes.map((_, i) => i).sort((a, b) => order(lifetimes[a]!, lifetimes[b]!));
  for (const i of indices) {
    const lifetime = lifetimes[i]!;
    let best: number | undefined;
    for (const [slot, size] of sizes.entries()) {
      const better = best === undefined || fitsBetter(size, sizes[best]!, lifetime.size);
      if (better && !users[slot]!.some((other) => overlap(other, lifetime))) best = slot;
    }
    best ??= sizes.length;
    sizes[best] = Math.max(sizes[best] ?? 0, lifetime.size);
    (users[best] ??= []).push(lifetime);
    slotOf[i] = best;
  }
  return { slotOf, sizes };
}

function fitsBetter(size: number, best: number, wanted: number): boolean {
  return size >= wanted ? best < wanted || size < best : best < wanted && size > best;
}

function overlap(a: Lifetime, b: Lifetime): boolean {
  return a.first <= b.last && b.first <= a.last;
}

function bytes({ sizes }: Slots): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}
