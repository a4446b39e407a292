import type { TensorInfo } from "@tensorflow/tfjs";
import { matrixShape } from "../kernel.ts";
import type { Workshop } from "./kernel.ts";
import { type Operand, type Product, productText } from "./product_text.ts";
import { rowsInFours } from "./tiling.ts";

/** Runs products in one dispatch; arrays in `fours` are bound as vectors. */
export function runProducts(
  shop: Workshop,
  key: string,
  reads: Readonly<Record<string, TensorInfo>>,
  writes: Readonly<Record<string, TensorInfo>>,
  products: readonly Product[],
  fours: readonly string[],
  before = "",
): void {
  const sizes = products.map(({ batch, rows, columns, inner }) => [batch, rows, columns, inner].join("x")).join(" ");
  const { text, threads, groups } = productText(products, shop.tiling);
  shop.run({
    key: `${key} ${shop.tiling.product} ${sizes}`,
    reads,
    writes,
    fours,
    threads,
    groups,
    text: () => before + text(),
  });
}

/** An operand whose entry, or four of them, `read` gives from where in an array it lies. */
export function operand<Along extends string>(
  along: Along,
  fours: boolean,
  at: string,
  read: (at: string) => string,
): Operand<Along> {
  return { along, fours, read: read(fours ? `(${at}) / 4u` : at) };
}

/** The shape of x w. */
export function outShape(x: TensorInfo, w: TensorInfo): number[] {
  return [...x.shape.slice(0, -1), w.shape[1]!];
}

/** x w by its entries, in one dispatch: `store` is a statement in v and q, that of b, by where in y it lies. */
export function forwardProduct(
  shop: Workshop,
  key: string,
  inputs: Readonly<Record<"x" | "w" | "b", TensorInfo>>,
  writes: Readonly<Record<string, TensorInfo>>,
  store: (at: string) => string,
  before = "",
): void {
  const { x, w } = inputs, [rows, inner] = matrixShape(x), columns = w.shape[1]!;
  const [ins, outs] = [rowsInFours(shop.tiling, inner), rowsInFours(shop.tiling, columns)];
  const product: Product = {
    name: "toY",
    rows,
    columns,
    inner,
    a: operand("k", ins, `r * ${inner}u + k`, (at) => `x[${at}]`),
    b: operand("c", outs, `k * ${columns}u + c`, (at) => `w[${at}]`),
    store: store(outs ? `(r * ${columns}u + c) / 4u` : `r * ${columns}u + c`),
    perColumn: outs ? "b[c / 4u]" : "b[c]",
    storesFours: outs,
  };
  const fours = [...ins ? ["x"] : [], ...outs ? ["w", "b", "residual", ...Object.keys(writes)] : []];
  runProducts(shop, key, inputs, writes, [product], fours, before);
}

/**
 * dx = g wᵀ, and dw = xᵀ g with db, the sums of g: both in one dispatch, g by its entries. `change` turns v, an entry of dx,
 * into what is stored.
 */
export function gradientProducts(
  shop: Workshop,
  key: string,
  inputs: Readonly<Record<"x" | "w" | "dy", TensorInfo>>,
  g: (at: string) => string,
  change: (at: string) => string = () => "v",
  before: (type: "f32" | "vec4f") => string = () => "",
): TensorInfo[] {
  const { x, w } = inputs, [rows, inWidth] = matrixShape(x), outWidth = w.shape[1]!;
  const [ins, outs] = [rowsInFours(shop.tiling, inWidth), rowsInFours(shop.tiling, outWidth)];
  const dx = shop.output(...x.shape), dw = shop.output(inWidth, outWidth), db = shop.output(outWidth);
  const to = (array: string, fours: boolean, at: string, v: (at: string) => string = () => "v"): string => {
    const place = fours ? `(${at}) / 4u` : at;
    return `${array}[${place}] = ${v(place)};`;
  };
  const fours = [...ins ? ["x", "before", "dx"] : [], ...outs ? ["w", "dy", "slope", "dw", "db"] : []];
  runProducts(
    shop,
    key,
    inputs,
    { dx, dw, db },
    [
      {
        name: "toX",
        rows,
        columns: inWidth,
        inner: outWidth,
        a: operand("k", outs, `r * ${outWidth}u + k`, g),
        b: operand("k", outs, `c * ${outWidth}u + k`, (at) => `w[${at}]`),
        store: to("dx", ins, `r * ${inWidth}u + c`, change),
        storesFours: ins,
      },
      {
        name: "toW",
        rows: inWidth,
        columns: outWidth,
        inner: rows,
        a: operand("r", ins, `k * ${inWidth}u + r`, (at) => `x[${at}]`),
        b: operand("c", outs, `k * ${outWidth}u + c`, g),
        store: to("dw", outs, `r * ${outWidth}u + c`),
        storesFours: outs,
        sums: to("db", outs, "c"),
      },
    ],
    fours,
    before(ins ? "vec4f" : "f32"),
  );
  return [dx, dw, db];
}
