/**
 * Exchange between the ranks of one training, over shared memory: sums with the same bits on every rank, and numbers of
 * one rank for all.
 *
 * @module
 */
export {
  endlessPatience,
  type Exchange,
  type ExchangeBuffers,
  exchangeBuffers,
  exchangeOf,
  type ExchangeStep,
  type Lost,
  type Patience,
} from "./exchange.ts";
export { broadcast, type RankSum, sumFloats, sumOverRanks } from "./sum_over_ranks.ts";
