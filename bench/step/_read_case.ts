import type { Cell } from "./_cells.ts";

/** A tensor of a case file. */
export interface CaseTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** What a case file holds. */
export interface Case {
  readonly cell: Cell & { readonly layerNormEpsilon: number };
  readonly adam: { readonly rate: number; readonly beta1: number; readonly beta2: number; readonly epsilon: number };
  readonly input: CaseTensor;
  readonly weights: Readonly<Record<string, CaseTensor>>;
}

interface Entry {
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Reads a case file by itself, so that a contender can do without this library and all that it imports. */
export function readCase(path: string): Case {
  const { buffer } = Deno.readFileSync(path);
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const { __metadata__, ...entries } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length))) as
    & Record<string, Entry>
    & { readonly __metadata__: unknown };
  const { rate, beta1, beta2, epsilon, ...cell } = JSON.parse((__metadata__ as { readonly cell: string }).cell);
  const read = ({ shape, data_offsets: [from, to] }: Entry): CaseTensor => ({
    shape,
    data: new Float32Array(buffer.slice(8 + length + from, 8 + length + to)),
  });
  const { input, ...weights } = Object.fromEntries(Object.entries(entries).map(([name, e]) => [name, read(e)]));
  return { cell, adam: { rate, beta1, beta2, epsilon }, input: input!, weights };
}
