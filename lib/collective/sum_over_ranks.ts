import { Effect } from "effect";
import type * as tf from "@tensorflow/tfjs";
import { RankLost } from "../errors/rank_lost.ts";
import type { Exchange } from "./exchange.ts";
import { liveFloats } from "./live_floats.ts";

/** What goes through an exchange. */
export interface RankSum {
  /** Which iteration this is; all ranks must be at the same. */
  readonly iteration: number;
  /** Float32 tensors to be added up, in an order that all ranks share; each changes in place, on a buffer of its own. */
  readonly tensors: readonly tf.Tensor[];
  /** Tensors that must be the same on every rank; the first number of each is compared. */
  readonly same: readonly tf.Tensor[];
}

/** Floats that a sum over ranks needs in each part. */
export function sumFloats({ tensors, same }: Pick<RankSum, "tensors" | "same">): number {
  return tensors.reduce((sum, { size }) => sum + size, 1 + same.length);
}

/**
 * Adds tensors up over all ranks, in place, by the pairwise tree over their numbers: at distance 1, 2, 4 … each adds what
 * its counterpart has. x + y and y + x have the same bits, so all ranks end with the same. For wasm and cpu. Fails with
 * {@linkcode RankLost}, also where a rank is at another iteration or has other weights.
 */
export function sumOverRanks(exchange: Exchange, sum: RankSum): Effect.Effect<void, RankLost> {
  const { rank, ranks } = exchange, { iteration, tensors, same } = sum;
  return Effect.gen(function* () {
    for (let distance = 1; distance < ranks; distance *= 2) {
      const other = rank ^ distance;
      let agrees = true;
      yield* exchange.step({
        iteration,
        write: (own) => {
          words(own)[0] = iteration; // not as a float, which is exact only up to 2²⁴
          same.forEach((tensor, i) => own[1 + i] = liveFloats(tensor)[0]!);
          let at = 1 + same.length;
          for (const tensor of tensors) {
            own.set(liveFloats(tensor), at);
            at += tensor.size;
          }
        },
        read: [other, (theirs) => {
          agrees = words(theirs)[0] === iteration &&
            same.every((tensor, i) => Object.is(theirs[1 + i], liveFloats(tensor)[0]));
          let at = 1 + same.length;
          for (const tensor of tensors) {
            addTo(liveFloats(tensor), theirs, at);
            at += tensor.size;
          }
        }],
      });
      if (!agrees) return yield* new RankLost({ rank: other, iteration, reason: "its weights are other than ours" });
    }
  });
}

/** Gives rank 0's tensors to all ranks, who have tensors of the same sizes: their numbers are written over. */
export function broadcast(
  exchange: Exchange,
  iteration: number,
  tensors: readonly tf.Tensor[],
): Effect.Effect<number, RankLost> {
  const each = (act: (floats: Float32Array, at: number) => void): void => {
    let at = 1;
    for (const tensor of tensors) {
      act(liveFloats(tensor), at);
      at += tensor.size;
    }
  };
  let told = iteration;
  const step = exchange.rank === 0
    ? exchange.step({
      iteration,
      write: (own) => {
        words(own)[0] = iteration;
        each((floats, at) => own.set(floats, at));
      },
    })
    : exchange.step({
      iteration,
      read: [0, (theirs) => {
        told = words(theirs)[0]!;
        each((floats, at) => floats.set(theirs.subarray(at, at + floats.length)));
      }],
    });
  return Effect.map(step, () => told);
}

/** The same memory as whole numbers. */
function words({ buffer, byteOffset, length }: Float32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}

function addTo(sum: Float32Array, terms: Float32Array, from: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + terms[from + i]!;
}
