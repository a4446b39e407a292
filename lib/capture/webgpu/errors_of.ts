import { Effect } from "effect";

/** What a piece of work gave, and what the GPU or the machine said against it. */
export interface Tried<T> {
  /** Missing if the work itself threw. */
  readonly value?: T;
  readonly errors: readonly string[];
}

/**
 * Does synchronous work inside error scopes of every kind: what WebGPU would tell nobody but its `uncapturederror`
 * listeners is answered. A device that is lost meanwhile gives no errors here; `checkDevice` tells of it.
 */
export function errorsOf<T>(gpu: GPUDevice, work: () => T): Effect.Effect<Tried<T>> {
  return Effect.promise(async () => {
    const scopes: GPUErrorFilter[] = ["internal", "out-of-memory", "validation"], errors: string[] = [];
    for (const scope of scopes) gpu.pushErrorScope(scope);
    let done: { readonly value: T } | undefined;
    try {
      done = { value: work() };
    } catch (error) {
      errors.push(String(error));
    }
    const popped = await Promise.allSettled(scopes.map(() => gpu.popErrorScope()));
    for (const scope of popped) {
      if (scope.status === "fulfilled" && scope.value) {
        errors.push(`${scope.value.constructor.name}: ${scope.value.message}`);
      }
    }
    return { ...done, errors };
  });
}
