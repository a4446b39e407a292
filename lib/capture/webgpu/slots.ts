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
 * Lays lifetimes onto as few bytes as a linear scan finds: each takes the smallest free slot that holds it, else the
 * largest free one, which grows. Lifetimes that overlap never share a slot: a buffer that a dispatch both reads and
 * writes is an error in WebGPU, even where the ranges are apart.
 */
export function slotsFor(lifetimes: readonly Lifetime[]): Slots {
  const slotOf = new Array<number>(lifetimes.length), sizes: number[] = [], free = new Set<number>();
  const order = lifetimes.map((_, i) => i).sort((a, b) => lifetimes[a]!.first - lifetimes[b]!.first);
  let busy: number[] = [];
  for (const i of order) {
    const { size, first } = lifetimes[i]!;
    busy = busy.filter((other) => {
      const ended = lifetimes[other]!.last < first;
      if (ended) free.add(slotOf[other]!);
      return !ended;
    });
    const slot = bestFit(free, sizes, size);
    free.delete(slot);
    sizes[slot] = Math.max(sizes[slot] ?? 0, size);
    slotOf[i] = slot;
    busy.push(i);
  }
  return { slotOf, sizes };
}

function bestFit(free: ReadonlySet<number>, sizes: readonly number[], size: number): number {
  let best: number | undefined;
  for (const slot of free) {
    if (best === undefined) best = slot;
    const has = sizes[slot]!, bestHas = sizes[best]!;
    if (has >= size ? bestHas < size || has < bestHas : bestHas < size && has > bestHas) best = slot;
  }
  return best ?? sizes.length;
}
