type Compare = (a: unknown, b: unknown) => boolean;

/**
 * Whether two values have the same structure: same kind and prototype, same keys (a key that holds `undefined` counts),
 * equal values throughout. `NaN` equals `NaN`, `0` equals `-0`, members of sets and maps have no order, cycles are
 * allowed. A plain object equals one without a prototype. Throws a `TypeError` for two `WeakMap`s or `WeakSet`s, whose
 * contents nobody can see.
 *
 * ```ts
 * import { assert, equal } from "@std/assert";
 * assert(equal({ a: new Set([1, 2]) }, { a: new Set([2, 1]) }));
 * assert(!equal({ a: undefined }, {}));
 * ```
 */
export function equal(a: unknown, b: unknown): boolean {
  const under = new Map<unknown, Set<unknown>>(); // pairs whose comparison has begun: a cycle meets itself
  const compare: Compare = (x, y) => {
    if (x === y || (x !== x && y !== y)) return true;
    if (
      typeof x !== "object" || typeof y !== "object" || x === null || y === null
    ) return false;
    if (!samePrototype(x, y)) return false;
    const seen = under.get(x) ?? new Set();
    if (seen.has(y)) return true;
    under.set(x, seen.add(y));
    const same = sameContent(x, y, compare) && sameProperties(x, y, compare);
    if (!same) seen.delete(y);
    return same;
  };
  return compare(a, b);
}

function samePrototype(a: object, b: object): boolean {
  const [p, q] = [Object.getPrototypeOf(a), Object.getPrototypeOf(b)];
  const plain = (prototype: unknown) => prototype === null || prototype === Object.prototype;
  return p === q || (plain(p) && plain(q));
}

/** Compares what is not told by properties. */
function sameContent(a: object, b: object, compare: Compare): boolean {
  if (a instanceof Date && b instanceof Date) {
    return compare(a.getTime(), b.getTime());
  }
  if (a instanceof RegExp && b instanceof RegExp) {
    return String(a) === String(b);
  }
  if (a instanceof URL && b instanceof URL) return a.href === b.href;
  if (a instanceof URLSearchParams && b instanceof URLSearchParams) {
    return String(a) === String(b);
  }
  if (a instanceof Intl.Locale && b instanceof Intl.Locale) {
    return String(a) === String(b);
  }
  if (a instanceof WeakRef && b instanceof WeakRef) {
    return compare(a.deref(), b.deref());
  }
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError(
      `Cannot compare two ${a instanceof WeakMap ? "WeakMap" : "WeakSet"} instances`,
    );
  }
  if (a instanceof Number || a instanceof String || a instanceof Boolean) {
    return compare(a.valueOf(), b.valueOf());
  }
  if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) {
    return sameItems(new Uint8Array(a), new Uint8Array(b));
  }
  if (a instanceof DataView && b instanceof DataView) {
    const bytes = (view: DataView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    return sameItems(bytes(a), bytes(b));
  }
  if (isTypedArray(a) && isTypedArray(b)) return sameItems(a, b);
  if (a instanceof Set && b instanceof Set) return sameSets(a, b, compare);
  if (a instanceof Map && b instanceof Map) return sameMaps(a, b, compare);
  return true;
}

function isTypedArray(value: object): value is Uint8Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function sameItems(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const x = a[i], y = b[i];
    if (x !== y && (x === x || y === y)) return false;
  }
  return true;
}

function isPrimitive(value: unknown): boolean {
  return value === null ||
    (typeof value !== "object" && typeof value !== "function");
}

function sameSets(
  a: ReadonlySet<unknown>,
  b: ReadonlySet<unknown>,
  compare: Compare,
): boolean {
  if (a.size !== b.size) return false;
  const rest = new Set([...b].filter((value) => !a.has(value)));
  for (const value of a) {
    if (b.has(value)) continue;
    if (isPrimitive(value)) return false;
    const partner = [...rest].find((other) => compare(value, other));
    if (partner === undefined) return false;
    rest.delete(partner);
  }
  return true;
}

function sameMaps(
  a: ReadonlyMap<unknown, unknown>,
  b: ReadonlyMap<unknown, unknown>,
  compare: Compare,
): boolean {
  if (a.size !== b.size) return false;
  const rest = new Set([...b.keys()].filter((key) => !a.has(key)));
  for (const [key, value] of a) {
    if (b.has(key)) {
      if (!compare(value, b.get(key))) return false;
      continue;
    }
    if (isPrimitive(key)) return false;
    const partner = [...rest].find((other) => compare(key, other) && compare(value, b.get(other)));
    if (partner === undefined) return false;
    rest.delete(partner);
  }
  return true;
}

/** Compares own properties, and getters that a class defines, since private state shows nowhere else. */
function sameProperties(a: object, b: object, compare: Compare): boolean {
  if (isTypedArray(a) || a instanceof ArrayBuffer || a instanceof DataView) {
    return true;
  }
  const [keys, others] = [Reflect.ownKeys(a), Reflect.ownKeys(b)];
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false;
  } else if (keys.length !== others.length) return false;
  for (const key of new Set([...keys, ...others, ...getterKeys(a)])) {
    if (!Array.isArray(a) && Object.hasOwn(a, key) !== Object.hasOwn(b, key)) {
      return false;
    }
    if (
      !compare(
        (a as Record<PropertyKey, unknown>)[key],
        (b as Record<PropertyKey, unknown>)[key],
      )
    ) return false;
  }
  return true;
}

function getterKeys(value: object): PropertyKey[] {
  const keys: PropertyKey[] = [];
  if (value instanceof Map || value instanceof Set) return keys;
  let level: object | null = Object.getPrototypeOf(value);
  for (
    ;
    level !== null && level !== Object.prototype;
    level = Object.getPrototypeOf(level)
  ) {
    for (
      const [key, property] of Object.entries(
        Object.getOwnPropertyDescriptors(level),
      )
    ) {
      if (property.get !== undefined) keys.push(key);
    }
  }
  return keys;
}
