import { Effect, Scope } from "effect";
import { surveyBlas } from "../../lib/device/blas.ts";
import { openDevice } from "../../lib/device/mod.ts";
import { registerKernels, useBlas } from "../../lib/kernels/mod.ts";

/** Makes wasm current for the rest of the process, with our kernels and, unless it is `off`, a BLAS; says which. */
export function openWasm(blas: string): Promise<string> {
  return Effect.runPromise(
    Effect.gen(function* () {
      yield* openDevice("wasm", { kernels: registerKernels });
      const survey = yield* surveyBlas(blas);
      useBlas(survey.blas);
      return survey.description;
    }).pipe(Effect.provideService(Scope.Scope, Scope.makeUnsafe())),
  );
}

/** The usual BLAS of this machine, if there is one that may be used. */
export function usualBlas(): string | undefined {
  return Effect.runSync(surveyBlas("auto")).blas?.path;
}
