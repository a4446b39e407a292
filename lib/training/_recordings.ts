import type { RecordedPass } from "./_record_pass.ts";

/** How many calls recordings wait for, and how many of them live. */
export interface RecordingLimits {
  /** Calls of a pass before it is recorded: recording costs a few runs, which a short job does not earn back. */
  readonly after: number;
  /** Recordings alive at once: each holds memory. */
  readonly most: number;
}

/** What is known of one pass. */
interface Known {
  /** Calls since it was last put out. */
  calls: number;
  /** Calls before it is recorded: twice as many each time that it was put out, so that too many passes settle. */
  patience: number;
  recorded: RecordedPass | undefined;
  /** Whether it is being recorded, or cannot be. */
  closed: boolean;
}

/** Passes that are told apart, at most; a stream of ever other sizes forgets the first. */
const mostKnown = 512;

/** Recordings by key, the least recently used ones making room. */
export interface Recordings {
  /** Counts a call, with how many times longer it waits than others: its recording, `due` where the call is to be recorded, or undefined. */
  readonly called: (key: string, patience: number) => RecordedPass | "due" | undefined;
  /** Takes over what was recorded. */
  readonly keep: (key: string, recorded: RecordedPass) => void;
  /** How many are alive. */
  readonly count: () => number;
  /** Frees all. */
  readonly dispose: () => void;
}

/** No recordings yet. */
export function recordings({ after, most }: RecordingLimits): Recordings {
  const known = new Map<string, Known>(); // least recently used first
  let disposed = false;
  const alive = (): Known[] => [...known.values()].filter(({ recorded }) => recorded !== undefined);
  const putOut = (one: Known): void => {
    one.recorded?.compiled.dispose();
    Object.assign(one, { recorded: undefined, closed: false, calls: 0, patience: 2 * one.patience });
  };
  const touch = (key: string): Known => {
    const one = known.get(key) ?? { calls: 0, patience: after, recorded: undefined, closed: false };
    known.delete(key);
    known.set(key, one);
    if (known.size > mostKnown) {
      const [first, oldest] = known.entries().next().value!;
      putOut(oldest);
      known.delete(first);
    }
    return one;
  };
  return {
    called: (key, patience) => {
      const one = touch(key);
      if (one.recorded !== undefined) return one.recorded;
      if (one.closed || disposed || ++one.calls < one.patience * patience) return undefined;
      one.closed = true;
      return "due";
    },
    keep: (key, recorded) => {
      if (disposed) return recorded.compiled.dispose();
      const one = touch(key);
      one.recorded?.compiled.dispose(); // two were on their way, if it was forgotten meanwhile
      one.recorded = recorded;
      for (const other of alive().slice(0, Math.max(0, alive().length - most))) putOut(other);
    },
    count: () => alive().length,
    dispose: () => {
      disposed = true;
      for (const { recorded } of known.values()) recorded?.compiled.dispose();
      known.clear();
    },
  };
}
