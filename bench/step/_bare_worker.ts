/** A follower of ours.ts: computes the gradients of its tasks until the leader ends the exchange. */
import * as tf from "@tensorflow/tfjs";
import { type ExchangeBuffers, follower } from "../../lib/collective/mod.ts";
import { pack, packingOf, unpack } from "../../lib/training/packed.ts";
import { lossAndGradients, type Setting, weightsOf } from "./_bare_step.ts";
import { openWasm } from "./_open_wasm.ts";

/** What the leader posts. */
export interface FollowerStart {
  readonly setting: Setting;
  readonly buffers: ExchangeBuffers;
}

const scope = self as unknown as {
  onmessage: (event: MessageEvent<FollowerStart>) => void;
  postMessage: (message: unknown) => void;
  close: () => void;
};

scope.onmessage = async ({ data: { setting, buffers } }) => {
  await openWasm(setting.blas);
  const exchange = follower(buffers, 0);
  const initial = weightsOf(setting.case);
  const packing = packingOf(initial);
  tf.dispose(initial as tf.NamedTensorMap);
  const own = lossAndGradients(setting);
  scope.postMessage("ready");
  for (let round = exchange.next(); round !== undefined; round = exchange.next()) {
    const weights = unpack(packing, exchange.down);
    const { loss, gradients } = own(weights);
    pack(packing, gradients, exchange.up);
    exchange.up[packing.size] = loss;
    tf.dispose([weights as tf.NamedTensorMap, gradients as tf.NamedTensorMap]);
    exchange.finish(round);
  }
  scope.close();
};
