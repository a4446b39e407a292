import type { HookedBackend } from "./hooks.ts";

/** Memory for intermediates, which all captures of a backend may use: only one replays at a time. */
export interface SharedBlock {
  readonly address: number;
  readonly bytes: number;
  users: number;
}

/** Room for captures of the same function at other lengths, which differ by little. */
const headroom = 1.125;

const latest = new WeakMap<HookedBackend, SharedBlock>();

/** A block of at least so many bytes, with one user more; undefined where memory is exhausted. */
export function useBlock(hooks: HookedBackend, bytes: number): SharedBlock | undefined {
  let block = latest.get(hooks);
  if (block === undefined || block.users === 0 || block.bytes < bytes) {
    const size = Math.ceil(bytes * headroom / 64) * 64 + 64, address = hooks.allocate(size);
    if (address === 0) return undefined;
    block = { address, bytes: size - 64, users: 0 };
    latest.set(hooks, block);
  }
  block.users++;
  return block;
}

/** One user less; the last one frees it. */
export function leaveBlock(hooks: HookedBackend, block: SharedBlock): void {
  if (--block.users === 0 && hooks.alive()) hooks.free(block.address);
}
