import * as tf from "@tensorflow/tfjs";

/** An op on tfjs's tape. */
interface TapeNode {
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  readonly saved: readonly tf.Tensor[];
  readonly gradient?: (dys: readonly (tf.Tensor | null)[]) => Readonly<Record<string, () => tf.Tensor>>;
}

/** What tfjs's engine has beyond its types. */
interface Engine {
  startTape(): void;
  endTape(): void;
  readonly state: { readonly gradientDepth: number; activeTape: TapeNode[] | null };
}

/** A value and its gradient in each input; undefined in one that it does not depend on. */
export interface Taken {
  readonly value: tf.Scalar;
  readonly gradients: readonly (tf.Tensor | undefined)[];
}

/**
 * What `tf.valueAndGrads` does, for many inputs: that compares every op with every input, and opens a scope for every
 * gradient, which took as long as the ops of a small model. Here one pass finds what depends on the inputs, and all that
 * the way back makes is freed at its end. The caller owns the results.
 */
export function takeGradients(run: () => tf.Scalar, inputs: readonly tf.Tensor[]): Taken {
  const engine = tf.engine() as unknown as Engine, { state } = engine;
  let value: tf.Scalar;
  engine.startTape();
  try {
    value = tf.tidy(run);
  } catch (error) {
    release(state.activeTape); // what the abandoned tape had saved would leak otherwise
    throw error;
  } finally {
    engine.endTape();
  }
  const tape = state.activeTape!;
  try {
    const gradients = tf.tidy(() => goBack(tape, value, inputs) as unknown as tf.Tensor[]);
    return { value, gradients };
  } catch (error) {
    value.dispose();
    throw error;
  } finally {
    if (state.gradientDepth === 0) {
      release(tape);
      state.activeTape = null;
    }
  }
}

function goBack(tape: readonly TapeNode[], value: tf.Tensor, inputs: readonly tf.Tensor[]): (tf.Tensor | undefined)[] {
  const dependent = new Set(inputs.map(({ id }) => id));
  const nodes = tape.filter(({ inputs, outputs }) => {
    if (!Object.values(inputs).some(({ id }) => dependent.has(id))) return false;
    for (const { id } of outputs) dependent.add(id);
    return true;
  });
  const found = new Map<number, tf.Tensor>([[value.id, tf.onesLike(value)]]);
  for (const { kernelName, inputs, outputs, gradient } of nodes.reverse()) {
    if (!outputs.some(({ id }) => found.has(id))) continue;
    if (gradient === undefined) throw new Error(`Cannot compute a gradient through ${kernelName}: it has none`);
    const taken = gradient(outputs.map(({ id }) => found.get(id) ?? null));
    for (const [name, { id }] of Object.entries(inputs)) {
      if (!dependent.has(id)) continue;
      const dx = taken[name]!(), before = found.get(id);
      found.set(id, before === undefined ? dx : tf.add(before, dx));
    }
  }
  return inputs.map(({ id }) => found.get(id));
}

function release(tape: readonly TapeNode[] | null): void {
  for (const { saved } of tape ?? []) tf.dispose([...saved]);
}
