/** A pipeline whose tasks cannot be drawn in a worker from iteration 12 on: how a worker that fails looks. */
import { LinearRegression, linearRegression } from "../../lib/tasks/mod.ts";
import type { TaskFamily } from "../../lib/stages/mod.ts";
import { standardPipeline } from "../../pipelines/standard_pipeline.ts";

const inWorker = "WorkerGlobalScope" in globalThis &&
  self instanceof (globalThis as unknown as Scopes).WorkerGlobalScope;

interface Scopes {
  readonly WorkerGlobalScope: new () => object;
}

function dying(c: LinearRegression): TaskFamily {
  const family = linearRegression(c);
  return {
    ...family,
    drawTasks: (key, range) => {
      if (inWorker && key.iteration >= 12) throw new Error("this worker was told to fail");
      return family.drawTasks(key, range);
    },
    observe: (drawn, request) => family.observe(drawn as ReturnType<typeof family.drawTasks>, request),
  };
}

export default standardPipeline({
  name: "dying-worker",
  description: "fails in a worker",
  task: LinearRegression,
  family: dying,
  presets: { quick: {} },
});
