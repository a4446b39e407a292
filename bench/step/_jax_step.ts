import type { Case, CaseTensor } from "./_read_case.ts";

/** The version that is measured. */
export const jaxSpecifier = "npm:@jax-js/jax@0.1.25";

/** An array of jax-js: whatever takes it uses it up, `ref` keeps it for one use more. */
export interface Jax {
  readonly ref: Jax;
  add(other: Jax | number): Jax;
  sub(other: Jax | number): Jax;
  mul(other: Jax | number): Jax;
  div(other: Jax | number): Jax;
  mean(axis?: number): Jax;
  reshape(shape: readonly number[]): Jax;
  transpose(order: readonly number[]): Jax;
  dispose(): void;
  data(): Promise<Float32Array>;
  dataSync(): Float32Array;
  /** Submits what leads here, on WebGPU alone. */
  gpuBufferSync(): unknown;
}
type Tree = Readonly<Record<string, Jax>>;
type StepFunction = (w: Tree, m: Tree, v: Tree, x: Jax, c1: Jax, c2: Jax) => [Jax, Tree, Tree, Tree];

/** What is used of jax-js. */
export interface JaxModule {
  readonly numpy: {
    array(data: Float32Array): Jax;
    zeros(shape: readonly number[]): Jax;
    matmul(a: Jax, b: Jax): Jax;
    sqrt(a: Jax): Jax;
    square(a: Jax): Jax;
    split(a: Jax, parts: number, axis: number): Jax[];
  };
  readonly nn: {
    gelu(a: Jax, options: { readonly approximate: boolean }): Jax;
    softmax(a: Jax, axis: number): Jax;
    standardize(a: Jax, axis: number, options: { readonly epsilon: number }): Jax;
  };
  jit(f: StepFunction): StepFunction;
  valueAndGrad(f: (w: Tree, x: Jax) => Jax): (w: Tree, x: Jax) => [Jax, Tree];
  init(device: string): Promise<unknown>;
  defaultDevice(device: string): unknown;
}

/** One jitted function for forward, backward and Adam. A step answers the loss, and one of the new weights, uncounted. */
export function jaxStep({ numpy: np, nn, jit, valueAndGrad }: JaxModule, c: Case): () => { loss: Jax; weight: Jax } {
  const { cell, adam, input, weights } = c;
  const { tasks, positions, width, heads, layers, layerNormEpsilon: epsilon } = cell;
  const rows = tasks * positions, perHead = width / heads;

  /** The weights' references are taken here, one a use: each weight is used once. */
  const loss = (w: Tree, x0: Jax): Jax => {
    const dense = (name: string, x: Jax): Jax => np.matmul(x, w[`${name}.weight`]!).add(w[`${name}.bias`]!);
    const norm = (name: string, x: Jax): Jax =>
      nn.standardize(x, -1, { epsilon }).mul(w[`${name}.gain`]!).add(w[`${name}.bias`]!);
    const attention = (qkv: Jax): Jax => {
      const [q, k, v] = np.split(qkv.reshape([tasks, positions, 3 * heads, perHead]), 3, 2) as [Jax, Jax, Jax];
      const scores = np.matmul(q.transpose([0, 2, 1, 3]), k.transpose([0, 2, 3, 1])).mul(1 / Math.sqrt(perHead));
      return np.matmul(nn.softmax(scores, -1), v.transpose([0, 2, 1, 3])).transpose([0, 2, 1, 3]).reshape([
        rows,
        width,
      ]);
    };
    let x = x0;
    for (let layer = 0; layer < layers; layer++) {
      const name = `model.layers.${layer}`;
      const qkv = dense(`${name}.attention.qkv`, norm(`${name}.attention.norm`, x.ref));
      x = x.add(dense(`${name}.attention.output`, attention(qkv)));
      const hidden = dense(`${name}.feedForward.hidden`, norm(`${name}.feedForward.norm`, x.ref));
      x = x.add(dense(`${name}.feedForward.output`, nn.gelu(hidden, { approximate: false })));
    }
    return np.square(norm("model.norm", x)).mean(-1).mean(); // one sum of so many loses digits
  };

  const names = Object.keys(weights);
  const refs = (tree: Tree): Tree => Object.fromEntries(names.map((name) => [name, tree[name]!.ref]));
  const step = jit((w, m, v, x, c1, c2) => {
    const [value, g] = valueAndGrad(loss)(refs(w), x);
    const next: [Record<string, Jax>, Record<string, Jax>, Record<string, Jax>] = [{}, {}, {}];
    for (const name of names) {
      const gradient = g[name]!;
      const first = m[name]!.mul(adam.beta1).add(gradient.ref.mul(1 - adam.beta1));
      const second = v[name]!.mul(adam.beta2).add(np.square(gradient).mul(1 - adam.beta2));
      const below = np.sqrt(second.ref.mul(c2.ref)).add(adam.epsilon);
      next[0][name] = w[name]!.sub(first.ref.mul(c1.ref).mul(adam.rate).div(below));
      next[1][name] = first;
      next[2][name] = second;
    }
    c1.dispose();
    c2.dispose();
    return [value, ...next];
  });

  const arrayOf = ({ data, shape }: CaseTensor): Jax => np.array(data).reshape(shape);
  const zeros = (): Tree => Object.fromEntries(names.map((name) => [name, np.zeros(weights[name]!.shape)]));
  const x0 = arrayOf({ ...input, shape: [rows, width] });
  let w: Tree = Object.fromEntries(names.map((name) => [name, arrayOf(weights[name]!)]));
  let m = zeros(), v = zeros(), count = 0;
  const correction = (beta: number): Jax => np.array(new Float32Array([1 / (1 - beta ** count)]));
  return () => {
    count += 1;
    const [value, ...next] = step(w, m, v, x0.ref, correction(adam.beta1), correction(adam.beta2));
    [w, m, v] = next;
    return { loss: value, weight: w[names[0]!]! };
  };
}
