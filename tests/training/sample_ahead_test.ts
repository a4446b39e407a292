import { assert, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Effect } from "effect";
import type { SampledTasks, SampleRequest } from "../../lib/stages/mod.ts";
import {
  type JsonObject,
  packSample,
  type Pipeline,
  type RemoteSampler,
  resolveConfig,
  sampleAhead,
  sampleElsewhere,
  shardRanges,
  trainingSizes,
  unpackSample,
} from "../../lib/training/mod.ts";
import { remoteSampler, withSamplesAhead } from "../../pipelines/cli/_sample_ahead.ts";
import type { SamplingWorkerStart } from "../../pipelines/cli/_sampling_worker.ts";
import gmm from "../../pipelines/gmm.ts";
import topologicalOrder from "../../pipelines/topological_order.ts";

const ranges = [{ first: 0, count: 2 }, { first: 2, count: 2 }];

/** What an honest training asks for. */
function requests(iterations: number, from = 0): SampleRequest[] {
  return Array.from({ length: 2 * iterations }, (_, i) => ({
    seed: 7,
    split: "training",
    iteration: from + Math.floor(i / 2),
    range: ranges[i % 2]!,
  }));
}

/** A sample that tells its request. */
function sampleOf({ iteration, range }: SampleRequest): SampledTasks {
  const x = tf.tensor3d([iteration, range.first], [1, 1, 2]), y = tf.zeros<tf.Rank.R3>([1, 1, 1]);
  const seen = Int32Array.of(iteration);
  return {
    drawn: { w: tf.scalar(iteration) },
    batches: [{ x, y }],
    queries: { x: x.clone(), y: y.clone() },
    lengths: [
      seen,
    ],
  };
}

function told(sampled: SampledTasks): number[] {
  const values = [...sampled.batches[0]!.x.dataSync()];
  assertEquals(sampled.lengths, [Int32Array.of(values[0]!)]);
  tf.dispose([sampled.drawn, sampled.queries, ...sampled.batches]);
  return values;
}

/** Another thread that is none: counts what is asked of it. */
function fakeRemote() {
  const asked: SampleRequest[] = [];
  let open = 0, most = 0;
  const remote: RemoteSampler = async (request) => {
    asked.push(request);
    most = Math.max(most, ++open);
    await new Promise((done) => setTimeout(done, 1));
    open--;
    return packSample(sampleOf(request));
  };
  return { remote, asked, most: () => most };
}

/** Draws here slowly enough for the other thread to be wanted. */
const here = (request: SampleRequest) => Effect.delay(Effect.sync(() => sampleOf(request)), 1);

Deno.test("sampleAhead() answers every request with its own sample, each drawn once, few ahead", async () => {
  await tf.setBackend("cpu");
  const before = tf.memory().numTensors, other = fakeRemote();
  const draw = sampleAhead({ here, open: () => other.remote, ranges, depth: 3, trial: 4 });
  for (const request of requests(30)) {
    assertEquals(told(await Effect.runPromise(draw(request))), [request.iteration, request.range.first]);
  }
  const [trial, ...asked] = other.asked;
  assertEquals(trial, requests(3)[4]); // the first four were drawn here
  assert(asked.length > 30 && asked.length < 60, `${asked.length}`);
  assertEquals(asked, requests(32).slice(0, 60 + 3).slice(-asked.length)); // each once, in order, three ahead at the end
  assert(other.most() <= 3 + 1, `${other.most()}`); // and the one that is waited for
  await new Promise((done) => setTimeout(done, 20)); // the last three end
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("sampleAhead() draws here what nobody expected, and what the other thread was lost with", async () => {
  await tf.setBackend("cpu");
  const other = fakeRemote();
  let lost = false;
  const remote: RemoteSampler = (request) => lost ? Promise.reject(new Error("lost")) : other.remote(request);
  const draw = sampleAhead({ here, open: () => remote, ranges, depth: 2, trial: 2 });
  const leap = [...requests(4), ...requests(3, 9), requests(1, 12)[1]!, ...requests(2, 12)];
  for (const [i, request] of [...leap, ...requests(3, 14)].entries()) {
    lost = i >= leap.length;
    assertEquals(told(await Effect.runPromise(draw(request))), [request.iteration, request.range.first]);
  }
});

Deno.test("sampleAhead() opens another thread once, and only where draws take more than their share", async () => {
  await tf.setBackend("cpu");
  for (const [drawing, opens] of [[0.9, 0], [1.3, 1]] as const) { // of 10 ms and a little: a tenth is about 1.1
    let clock = 0, opened = 0;
    const open = (): RemoteSampler => {
      opened++;
      return () => Promise.reject(new Error("lost"));
    };
    const timed = (request: SampleRequest) =>
      Effect.sync(() => {
        clock += drawing;
        return sampleOf(request);
      });
    const draw = sampleAhead({ here: timed, open, ranges, trial: 8, now: () => clock });
    for (const request of requests(10)) {
      told(await Effect.runPromise(draw(request)));
      clock += 10;
    }
    assertEquals(opened, opens);
  }
});

Deno.test("sampleElsewhere() draws elsewhere alone, each sample once, whatever is asked for between", async () => {
  await tf.setBackend("cpu");
  const before = tf.memory().numTensors, other = fakeRemote();
  const nobody = () => Effect.die("drawn here");
  const draw = sampleElsewhere({ remote: other.remote, here: nobody, ranges, depth: 3, onLost: Effect.die("lost") });
  for (const [i, request] of requests(20).entries()) {
    assertEquals(told(await Effect.runPromise(draw(request))), [request.iteration, request.range.first]);
    if (i !== 10) continue;
    const later = { ...request, iteration: request.iteration + 1 }; // a recording looks ahead
    assertEquals(told(await Effect.runPromise(draw(later))), [later.iteration, later.range.first]);
  }
  assertEquals(other.asked.length, 40 + 3);
  assert(other.most() <= 3 + 2, `${other.most()}`);
  await new Promise((done) => setTimeout(done, 20)); // the last three end
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("sampleElsewhere() draws here once the other thread is lost", async () => {
  await tf.setBackend("cpu");
  const lost: RemoteSampler = () => Promise.reject(new Error("gone"));
  let drawnHere = 0, heard = 0;
  const counted = (request: SampleRequest) => Effect.sync(() => (drawnHere++, sampleOf(request)));
  const draw = sampleElsewhere({ remote: lost, here: counted, ranges, onLost: Effect.sync(() => void heard++) });
  for (const request of requests(3)) {
    assertEquals(told(await Effect.runPromise(draw(request))), [request.iteration, request.range.first]);
  }
  assertEquals([drawnHere, heard], [6, 1]);
});

Deno.test("remoteSampler() draws on a worker the bits that are drawn here, and rejects what a worker cannot draw", async () => {
  await tf.setBackend("cpu");
  for (const pipeline of [topologicalOrder, gmm].map((pipeline) => pipeline as unknown as Pipeline)) {
    const { config } = Effect.runSync(resolveConfig(pipeline, { set: small }));
    const inLine = pipeline.build(config).stages.taskSampling(trainingSizes(config));
    const worker = samplingWorker(), draw = remoteSampler(worker, startOf(pipeline, config));
    const asked = shardRequests(config.training, 4);
    const drawn = await Promise.all(asked.map((request) => draw(request)));
    for (const [i, request] of asked.entries()) {
      const { sample } = packSample(await Effect.runPromise(inLine(request)));
      assertEquals(drawn[i]!.sample, sample);
    }
    worker.terminate();
  }
  const worker = samplingWorker();
  const draw = remoteSampler(worker, { ...startOf(topologicalOrder as unknown as Pipeline, {}), module: "none" });
  await assertRejects(() => draw(requests(1)[0]!), Error, "none");
  await assertRejects(() => draw(requests(1)[1]!), Error, "none");
  worker.terminate();
});

Deno.test("withSamplesAhead() starts one worker when draws take long, and ends it with the scope", async () => {
  await tf.setBackend("cpu");
  const pipeline = topologicalOrder as unknown as Pipeline;
  const { config } = Effect.runSync(resolveConfig(pipeline, { set: small }));
  const told: string[] = [], real = globalThis.Worker;
  class Silent {
    constructor() {
      told.push("started");
    }
    postMessage(): void {}
    terminate(): void {
      told.push("ended");
    }
  }
  globalThis.Worker = Silent as unknown as typeof Worker;
  await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const { stages } = yield* withSamplesAhead(pipeline.build(config), config, startOf(pipeline, config));
    const draw = stages.taskSampling(trainingSizes(config));
    for (const request of shardRequests(config.training, 10)) packSample(yield* draw(request));
    assertEquals(told, ["started"]);
  })));
  globalThis.Worker = real;
  assertEquals(told, ["started", "ended"]);
});

const small = ["steps=2", "observations=8", "training.tasks=4", "training.shards=2"];

function samplingWorker(): Worker {
  return new Worker(new URL("../../pipelines/cli/_sampling_worker.ts", import.meta.url), { type: "module" });
}

function startOf(pipeline: Pipeline, config: object): SamplingWorkerStart {
  return { module: pipeline.name, config: config as JsonObject, device: "cpu", blas: "off", data: undefined };
}

function shardRequests(training: { readonly tasks: number; readonly shards: number }, iterations: number) {
  return Array.from({ length: iterations }, (_, iteration) => iteration).flatMap((iteration) =>
    shardRanges(training).map((range): SampleRequest => ({ seed: 3, split: "training", iteration, range }))
  );
}

Deno.test("unpackSample() gives back what packSample() took, tensors freed and made", async () => {
  await tf.setBackend("cpu");
  const before = tf.memory().numTensors;
  const packed = packSample(sampleOf(requests(3)[5]!));
  assertEquals(tf.memory().numTensors, before);
  assertEquals(told(unpackSample(structuredClone(packed))), [2, 2]);
});
