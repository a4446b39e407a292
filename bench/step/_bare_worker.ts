/** The second rank of ours.ts: takes the same steps on its own tasks until the leader ends the exchange. */
import { Effect } from "effect";
import { endlessPatience, type ExchangeBuffers, exchangeOf } from "../../lib/collective/mod.ts";
import { type Setting, sharedStep } from "./_bare_step.ts";
import { openWasm } from "./_open_wasm.ts";

/** What the leader posts. */
export interface FollowerStart {
  readonly setting: Setting;
  readonly buffers: ExchangeBuffers;
}

const scope = self as unknown as {
  onmessage: (event: MessageEvent<FollowerStart>) => void;
  postMessage: (message: unknown) => void;
};

scope.onmessage = async ({ data: { setting, buffers } }) => {
  await openWasm(setting.blas);
  const step = await sharedStep(setting, exchangeOf(buffers, 1, endlessPatience));
  scope.postMessage("ready");
  while (true) await Effect.runPromise(step); // ends with the leader's process
};
