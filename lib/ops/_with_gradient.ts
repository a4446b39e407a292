import * as tf from "@tensorflow/tfjs";

/** What a forward pass gives: its value, and the tensors that the backward pass will want again. */
export interface Forward {
  readonly value: tf.Tensor;
  readonly saved: readonly tf.Tensor[];
}

/** The same with several values. */
export interface ForwardOfSeveral {
  readonly values: readonly tf.Tensor[];
  readonly saved: readonly tf.Tensor[];
}

/** What tfjs's engine has beyond its types. */
interface Tape {
  isTapeOn(): boolean;
  clone(x: tf.Tensor): tf.Tensor;
  addTapeNode(
    name: string,
    inputs: Readonly<Record<string, tf.Tensor>>,
    outputs: readonly tf.Tensor[],
    gradient: (dys: tf.Tensor | tf.Tensor[], saved: readonly tf.Tensor[]) => Record<string, () => tf.Tensor>,
    saved: readonly tf.Tensor[],
    attrs: object,
  ): void;
  readonly state: { kernelDepth: number; readonly gradientDepth: number };
}

/**
 * Runs `forward` as one op whose gradient is `backward`: it gets dy and the saved tensors, in their order, and answers
 * one gradient per input. Whatever else either makes is disposed. The tape holds the saved tensors until the gradient is
 * taken. A second-order gradient goes through `backward` only where that is made of plain tfjs ops.
 *
 * It writes to tfjs's tape itself: `tf.customGrad` runs a kernel for each tensor that it saves, which took more time than
 * many an op.
 */
export function withGradient(
  inputs: readonly tf.Tensor[],
  forward: () => Forward,
  backward: (dy: tf.Tensor, saved: readonly tf.Tensor[]) => tf.Tensor[],
): tf.Tensor {
  const several = (): ForwardOfSeveral => {
    const { value, saved } = forward();
    return { values: [value], saved };
  };
  return withGradientOfSeveral(inputs, several, ([dy], saved) => backward(dy!, saved))[0]!;
}

/** The same with several values, so several dy: zeros for one that nothing uses. */
export function withGradientOfSeveral(
  inputs: readonly tf.Tensor[],
  forward: () => ForwardOfSeveral,
  backward: (dys: readonly tf.Tensor[], saved: readonly tf.Tensor[]) => tf.Tensor[],
): tf.Tensor[] {
  const tape = tf.engine() as unknown as Tape;
  if (!tape.isTapeOn()) return tf.tidy(() => [...forward().values]);
  let held: readonly tf.Tensor[] = [];
  tape.state.kernelDepth++; // what forward runs is not recorded
  let values: tf.Tensor[];
  try {
    values = tf.tidy(() => {
      const { values, saved } = forward();
      held = saved.map((x) => hold(tape, x));
      return [...values];
    });
  } finally {
    tape.state.kernelDepth--;
  }
  const gradient = (dys: tf.Tensor | tf.Tensor[], saved: readonly tf.Tensor[]) =>
    Object.fromEntries(tf.tidy(() => backward([dys].flat(), saved)).map((dx, i) => [i, () => dx]));
  tape.addTapeNode("Amortize", Object.fromEntries(inputs.map((x, i) => [i, x])), values, gradient, held, {});
  return values;
}

/** A second tensor on the buffer of x. */
export function sameBuffer(x: tf.Tensor): tf.Tensor {
  const engine = tf.engine(), { dataId, shape, dtype } = x;
  engine.state.tensorInfo.get(dataId)!.backend.incRef(dataId);
  return engine.makeTensorFromTensorInfo({ dataId, shape, dtype });
}

/** One that lives until the tape disposes it; under two tapes by a recorded op. */
function hold(tape: Tape, x: tf.Tensor): tf.Tensor {
  return tf.keep(tape.state.gradientDepth > 1 ? tape.clone(x) : sameBuffer(x));
}
