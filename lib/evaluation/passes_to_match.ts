/** Numbers of passes that are tried. */
export const passesTried: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200];

/**
 * The fewest passes over the same observations with which a method gets to an error, or `undefined` if none of those
 * tried does. `errorAfter` chooses the method's rate for each number of passes.
 */
export function passesToMatch(target: number, errorAfter: (passes: number) => number): number | undefined {
  return passesTried.find((passes) => errorAfter(passes) <= target);
}
