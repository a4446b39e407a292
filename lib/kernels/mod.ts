/** Temporary. */
export function registerKernels(_backend: string): Promise<void> {
  return Promise.resolve();
}
