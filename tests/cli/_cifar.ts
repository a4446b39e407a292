/** A record of CIFAR's binary version, of one colour: labels, then the planes of red, green and blue. */
export function record(labels: readonly number[], colour: readonly [number, number, number]): number[] {
  return [...labels, ...colour.flatMap((value) => Array<number>(1024).fill(value))];
}
