// Where the table of constants lies in the memory that is shared with tfjs.
import { fill, TABLE_BYTES } from "./constants";

let address: usize = 0;

/** Bytes that the table wants. */
export function tableBytes(): usize {
  return TABLE_BYTES + 16;
}

/** Writes the constants to p, which stays theirs. */
export function initialize(p: usize): void {
  address = p;
  fill(p);
}

// @ts-ignore: decorator
@inline export function table(): usize {
  return address;
}

/** Room for one vector behind the table. */
// @ts-ignore: decorator
@inline export function spare(t: usize): usize {
  return t + TABLE_BYTES;
}
