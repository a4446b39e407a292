import fc from "fast-check";

/** Sizes no tile divides. */
export const size: fc.Arbitrary<number> = fc.integer({ min: 1, max: 9 });

/** Sizes of axes that only repeat. */
export const few: fc.Arbitrary<number> = fc.integer({ min: 1, max: 4 });

/** A seed for drawn numbers. */
export const seed: fc.Arbitrary<number> = fc.nat();
