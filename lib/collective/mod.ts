/**
 * Exchange between the workers of one training, over shared memory: weights go from a leader to its followers, each
 * follower's part comes back.
 *
 * @module
 */
export { type ExchangeBuffers, exchangeBuffers, type Follower, follower, type Leader, leader } from "./exchange.ts";
