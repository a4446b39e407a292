import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { SharedBuffer } from "../../errors/shared_buffer.ts";

/** Throws {@linkcode SharedBuffer} where another tensor holds the buffer that `where` is going to change. */
export function checkUnshared(backend: BackendWasm, where: string, input: string, tensor: TensorInfo): void {
  const holders = backend.refCount(tensor.dataId);
  if (holders === 1) return;
  const remedy = "dispose the others first (a variable's initial value, clones, views), or hand in a copy by mul(1)";
  throw new SharedBuffer({ where, input, shape: tensor.shape, holders, remedy });
}
