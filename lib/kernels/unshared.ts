import type { DataId, TensorInfo } from "@tensorflow/tfjs";
import { SharedBuffer } from "../errors/shared_buffer.ts";

/** A backend that counts the tensors on a buffer. */
export interface Counting {
  refCount(id: DataId): number;
}

/** Throws {@linkcode SharedBuffer} where another tensor holds the buffer that `where` is going to change. */
export function checkUnshared(backend: Counting, where: string, input: string, tensor: TensorInfo): void {
  const holders = backend.refCount(tensor.dataId);
  if (holders === 1) return;
  const remedy = "dispose the others first (a variable's initial value, clones, views), or hand in a copy by mul(1)";
  throw new SharedBuffer({ where, input, shape: tensor.shape, holders, remedy });
}
