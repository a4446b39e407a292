// Temporary stand-in until the real room lands.
import { Effect } from "effect";
import { FileNotFound } from "../errors/file_not_found.ts";
import type { FileUnreadable } from "../errors/file_unreadable.ts";
import { WriteFailed } from "../errors/write_failed.ts";
import type { CheckpointCorrupt } from "../errors/checkpoint_corrupt.ts";
import type { CheckpointNewer } from "../errors/checkpoint_newer.ts";
export type SafeTensors = Record<
  string,
  { dtype: "F32" | "I32"; shape: readonly number[]; data: Float32Array | Int32Array }
>;
const w = <A>(path: string, f: () => A) =>
  Effect.try({ try: f, catch: (cause) => new WriteFailed({ path, cause, remedy: "" }) });
const r = <A>(path: string, f: () => A) =>
  Effect.try({
    try: f,
    catch: (cause) => new FileNotFound({ path, remedy: "" }) as FileNotFound | FileUnreadable,
  });
export const exists = (p: string) =>
  Effect.sync(() => {
    try {
      Deno.statSync(p);
      return true;
    } catch {
      return false;
    }
  });
export const ensureFolder = (p: string) => w(p, () => Deno.mkdirSync(p, { recursive: true }));
export const writeAtomic = (p: string, b: Uint8Array) =>
  w(p, () => {
    Deno.writeFileSync(p + ".part", b);
    Deno.renameSync(p + ".part", p);
  });
export const appendLine = (p: string, t: string) => w(p, () => Deno.writeTextFileSync(p, t + "\n", { append: true }));
export const moveFile = (a: string, b: string) => w(a, () => Deno.renameSync(a, b));
export const readBytes = (p: string) => r(p, () => Deno.readFileSync(p));
export const readText = (p: string) => r(p, () => Deno.readTextFileSync(p));
export const listFolder = (p: string) => r(p, () => [...Deno.readDirSync(p)].map((e) => e.name));
export const sha256Hex = (b: Uint8Array) =>
  Effect.promise(async () =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", b as Uint8Array<ArrayBuffer>)).toHex()
  );
export const encodeCheckpoint = (t: SafeTensors, m: Record<string, string>) =>
  Effect.sync(() =>
    new TextEncoder().encode(
      JSON.stringify({ m, t: Object.fromEntries(Object.entries(t).map(([k, v]) => [k, { ...v, data: [...v.data] }])) }),
    )
  );
export const decodeCheckpoint = (b: Uint8Array, _p: string) =>
  Effect.sync(() => {
    const { m, t } = JSON.parse(new TextDecoder().decode(b));
    for (const v of Object.values(t) as any[]) v.data = Float32Array.from(v.data);
    return { tensors: t as SafeTensors, metadata: m as Record<string, string> };
  }) as Effect.Effect<{ tensors: SafeTensors; metadata: Record<string, string> }, CheckpointCorrupt | CheckpointNewer>;
