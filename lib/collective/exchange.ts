/** What leader and followers share: plain buffers, so that they can be posted to a worker. */
export interface ExchangeBuffers {
  /** Words: the round, then one word per follower. */
  readonly control: SharedArrayBuffer;
  /** Floats from the leader to every follower. */
  readonly down: SharedArrayBuffer;
  /** Floats from each follower to the leader. */
  readonly up: readonly SharedArrayBuffer[];
}

/** Word of the control block that counts rounds; a round below zero tells followers to end. */
const roundWord = 0;

/** How long a follower waits at a time, so that it cannot wait for ever beside a dead leader. */
const followerWaitMs = 10_000;

/** Shared memory for a leader and so many followers: `down` floats to all, `up` floats from each. */
export function exchangeBuffers(followers: number, down: number, up: number): ExchangeBuffers {
  return {
    control: new SharedArrayBuffer(4 * (1 + followers)),
    down: new SharedArrayBuffer(4 * down),
    up: Array.from({ length: followers }, () => new SharedArrayBuffer(4 * up)),
  };
}

/** The leader's end. */
export interface Leader {
  /** Written before a round starts. */
  readonly down: Float32Array;
  /** Read after a round is over, one a follower. */
  readonly up: readonly Float32Array[];
  /** Starts a round: followers wake. The number of the round, from 1. */
  readonly start: () => number;
  /** Waits up to so many milliseconds for a follower's part of the round. */
  readonly arrived: (follower: number, round: number, waitMs: number) => boolean;
  /** Tells followers to end. */
  readonly end: () => void;
}

/** The leader's end of shared memory. */
export function leader(buffers: ExchangeBuffers): Leader {
  const control = new Int32Array(buffers.control);
  return {
    down: new Float32Array(buffers.down),
    up: buffers.up.map((buffer) => new Float32Array(buffer)),
    start: () => {
      const round = Atomics.add(control, roundWord, 1) + 1;
      Atomics.notify(control, roundWord);
      return round;
    },
    arrived: (follower, round, waitMs) => {
      const word = 1 + follower;
      const seen = Atomics.load(control, word);
      if (seen === round) return true;
      Atomics.wait(control, word, seen, waitMs);
      return Atomics.load(control, word) === round;
    },
    end: () => {
      Atomics.store(control, roundWord, -1);
      Atomics.notify(control, roundWord);
    },
  };
}

/** A follower's end. */
export interface Follower {
  /** What the leader wrote for this round. */
  readonly down: Float32Array;
  /** This follower's part, written before `finish`. */
  readonly up: Float32Array;
  /** Blocks until a round starts; its number, or `undefined` when the leader has ended the exchange. */
  readonly next: () => number | undefined;
  /** Hands this follower's part over. */
  readonly finish: (round: number) => void;
}

/** A follower's end of shared memory; for workers only, since it blocks. */
export function follower(buffers: ExchangeBuffers, number: number): Follower {
  const control = new Int32Array(buffers.control);
  let done = 0;
  return {
    down: new Float32Array(buffers.down),
    up: new Float32Array(buffers.up[number]!),
    next: () => {
      while (Atomics.load(control, roundWord) === done) Atomics.wait(control, roundWord, done, followerWaitMs);
      const round = Atomics.load(control, roundWord);
      return round < 0 ? undefined : round;
    },
    finish: (round) => {
      done = round;
      Atomics.store(control, 1 + number, round);
      Atomics.notify(control, 1 + number);
    },
  };
}
