/** Pieces in one row of bytes, equal ones once. */
export interface Packed {
  readonly bytes: Uint8Array;
  /** Where each piece lies. */
  readonly offsets: readonly number[];
}

/** Lays pieces one after another, each at a multiple of `alignment`. */
export function packed(pieces: readonly Uint8Array[], alignment: number): Packed {
  const places = new Map<string, number>(), latin = new TextDecoder("latin1");
  let end = 0;
  const offsets = pieces.map((piece) => {
    const key = latin.decode(piece), known = places.get(key);
    if (known !== undefined) return known;
    const offset = Math.ceil(end / alignment) * alignment;
    places.set(key, offset);
    end = offset + piece.length;
    return offset;
  });
  const bytes = new Uint8Array(Math.ceil(end / 4) * 4);
  pieces.forEach((piece, i) => bytes.set(piece, offsets[i]!));
  return { bytes, offsets };
}
