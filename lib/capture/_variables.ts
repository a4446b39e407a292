import * as tf from "@tensorflow/tfjs";
import type { DataId, Variable } from "@tensorflow/tfjs";

/** The `tf.Variable`s that are alive, by what holds their numbers. */
export function variablesAlive(): ReadonlyMap<DataId, string> {
  const { state } = tf.engine() as unknown as {
    readonly state: { readonly registeredVariables: Readonly<Record<string, Variable>> };
  };
  return new Map(Object.values(state.registeredVariables).map(({ dataId, name }) => [dataId, name]));
}

/** Why a function that reads one from outside is not recorded. */
export function readsVariable(where: string, name: string) {
  const found = `it reads tf.Variable ${name} from outside, and a replay would keep what that holds now`;
  return { where, found, remedy: "hand it in as an input" };
}
