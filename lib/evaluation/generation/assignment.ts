/**
 * The cheapest way to give every row a column of its own: for each row its column. `cost` is `[size, size]`, row-major,
 * finite. Exact, by shortest augmenting paths after a reduction of columns and rows; about size³ operations at worst.
 * A module of our own, since a table needs hundreds of size 1,000; the tests compare it with
 * `npm:linear-sum-assignment`. Source: Jonker and Volgenant, Computing 38, 325–340 (1987).
 *
 * @example The diagonal would cost 5, the other way 2
 * ```ts
 * import { assignment } from "@amortize/core/evaluation";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(assignment(Float64Array.of(1, 1, 1, 4), 2), Int32Array.of(1, 0));
 * ```
 */
export function assignment(cost: Float64Array, size: number): Int32Array<ArrayBuffer> {
  const columnOf = new Int32Array(size).fill(-1), rowOf = new Int32Array(size).fill(-1);
  const price = new Float64Array(size);
  reduceColumns(cost, size, price, columnOf, rowOf);
  let free: number[] = [];
  for (let row = 0; row < size; row++) if (columnOf[row]! < 0) free.push(row);
  for (let pass = 0; pass < 2; pass++) free = reduceRows(cost, size, price, columnOf, rowOf, free);
  for (const row of free) augment(cost, size, price, columnOf, rowOf, row);
  return columnOf;
}

/** Prices each column by its cheapest row, and gives it to that row if the row has none yet. */
function reduceColumns(
  cost: Float64Array,
  size: number,
  price: Float64Array,
  columnOf: Int32Array,
  rowOf: Int32Array,
): void {
  for (let column = size - 1; column >= 0; column--) {
    let cheapest = 0, least = Infinity;
    for (let row = 0; row < size; row++) {
      const own = cost[row * size + column]!;
      if (own < least) {
        least = own;
        cheapest = row;
      }
    }
    price[column] = least;
    if (columnOf[cheapest]! >= 0) continue;
    columnOf[cheapest] = column;
    rowOf[column] = cheapest;
  }
}

/** Free rows take their cheapest column, lower its price to their second choice, and free its owner; who stays free. */
function reduceRows(
  cost: Float64Array,
  size: number,
  price: Float64Array,
  columnOf: Int32Array,
  rowOf: Int32Array,
  free: readonly number[],
): number[] {
  const queue = [...free].reverse(), left: number[] = [];
  // Rounding may let two rows outbid each other for long: then the paths take over.
  let bids = 4 * size;
  while (queue.length > 0) {
    const row = queue.pop()!;
    let first = 0, second = 0, least = Infinity, next = Infinity;
    for (let column = 0; column < size; column++) {
      const own = cost[row * size + column]! - price[column]!;
      if (own >= next) continue;
      if (own < least) {
        next = least;
        second = first;
        least = own;
        first = column;
      } else {
        next = own;
        second = column;
      }
    }
    const strictly = least < next && size > 1;
    if (strictly && Number.isFinite(next)) price[first]! -= next - least;
    const taken = !strictly && rowOf[first]! >= 0 && size > 1 ? second : first;
    const owner = rowOf[taken]!;
    rowOf[taken] = row;
    columnOf[row] = taken;
    if (owner < 0) continue;
    columnOf[owner] = -1;
    if (strictly && bids-- > 0) queue.push(owner);
    else left.push(owner);
  }
  return left;
}

/** Dijkstra's shortest path from a free row to a free column, over reduced costs; the path changes owners. */
function augment(
  cost: Float64Array,
  size: number,
  price: Float64Array,
  columnOf: Int32Array,
  rowOf: Int32Array,
  from: number,
): void {
  const distance = new Float64Array(size), via = new Int32Array(size).fill(from);
  const columns = new Int32Array(size); // settled below `low`, at the least distance below `up`, the others behind
  for (let column = 0; column < size; column++) {
    columns[column] = column;
    distance[column] = cost[from * size + column]! - price[column]!;
  }
  let low = 0, up = 0, least = 0, settled = 0, end = -1;
  while (end < 0) {
    if (low === up) {
      settled = low;
      least = Infinity;
      for (let k = up; k < size; k++) {
        const column = columns[k]!, own = distance[column]!;
        if (own > least) continue;
        if (own < least) {
          least = own;
          up = low;
        }
        columns[k] = columns[up]!;
        columns[up++] = column;
      }
      for (let k = low; k < up && end < 0; k++) if (rowOf[columns[k]!]! < 0) end = columns[k]!;
      if (end >= 0) break;
    }
    const through = columns[low++]!, row = rowOf[through]!;
    const base = cost[row * size + through]! - price[through]! - least;
    for (let k = up; k < size; k++) {
      const column = columns[k]!, own = cost[row * size + column]! - price[column]! - base;
      if (own >= distance[column]!) continue;
      distance[column] = own;
      via[column] = row;
      if (own > least) continue;
      if (rowOf[column]! < 0) {
        end = column;
        break;
      }
      columns[k] = columns[up]!;
      columns[up++] = column;
    }
  }
  for (let k = 0; k < settled; k++) price[columns[k]!]! += distance[columns[k]!]! - least;
  for (let column = end, row = -1; row !== from;) {
    row = via[column]!;
    rowOf[column] = row;
    const before = columnOf[row]!;
    columnOf[row] = column;
    column = before;
  }
}
