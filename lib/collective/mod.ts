/** Exchange between the workers of one training. @module */
export { type ExchangeBuffers, exchangeBuffers, type Follower, follower, type Leader, leader } from "./exchange.ts";
