/** Kernels that change inputs, and the beginnings of those inputs' names. */
const inPlace: Readonly<Record<string, readonly string[]>> = {
  AmortizeAccumulate: ["sum"],
  AmortizeAdam: ["weight", "first", "second"],
};

/** Whether a kernel changes the input of this name. */
export function changesInPlace(kernel: string, input: string): boolean {
  return inPlace[kernel]?.some((name) => new RegExp(`^${name}\\d+$`).test(input)) ?? false;
}
