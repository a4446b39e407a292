import type { Tensor } from "@tensorflow/tfjs";

/** Numbers that are on their way from the device, by tensor. */
const begun = new WeakMap<Tensor, Promise<Float32Array>>();

/** The numbers of a float32 tensor: those that somebody has begun to read, else read now. They stay as they are. */
export function readingOf(tensor: Tensor): Promise<Float32Array> {
  return begun.get(tensor) ?? tensor.data<"float32">();
}

/** Tells {@linkcode readingOf} of numbers that come without a read of their own. */
export function beginReading(tensor: Tensor, numbers: Promise<Float32Array>): void {
  numbers.catch(() => {}); // told to whoever awaits them, if anybody does
  begun.set(tensor, numbers);
}
