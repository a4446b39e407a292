import type { BuiltPipeline } from "../training/pipeline.ts";

/** A distribution of tasks, with the pipeline that draws from it. */
export interface Place {
  /** `in` for tasks as in training, or the name of another distribution. */
  readonly distribution: string;
  /** The pipeline with that distribution's family and sampling. */
  readonly built: BuiltPipeline;
}

/** Where a trained model is measured: on tasks as in training first, then on each distribution that the pipeline names. */
export function placesOf(built: BuiltPipeline): readonly Place[] {
  const others = (built.distributions ?? []).map(({ name, family, taskSampling }): Place => ({
    distribution: name,
    built: { ...built, family, stages: { ...built.stages, taskSampling } },
  }));
  return [{ distribution: "in", built }, ...others];
}
