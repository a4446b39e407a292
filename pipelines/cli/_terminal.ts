import { ProgressBar } from "@std/cli/unstable-progress-bar";
import { Effect } from "effect";

const encoder = new TextEncoder();

/** Writes a line to standard output: results. */
export function print(text: string): Effect.Effect<void> {
  return Effect.sync(() => writeAll(Deno.stdout, text + "\n"));
}

/** Writes a line to standard error: what is going on. */
export function say(text: string): Effect.Effect<void> {
  return Effect.sync(() => writeAll(Deno.stderr, text + "\n"));
}

function writeAll(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(to.writeSync(bytes));
}

/** Seconds as a person reads them: `48 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor(whole % 3600 / 60)).padStart(2, "0")} min`;
}

/** A number with its noun: `1 row`, `2,000 rows`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? noun : plural}`;
}

/** Names as a sentence holds them: the first few, and how many more there are. */
export function listed(names: readonly string[], most = 6): string {
  const more = names.length - most;
  return more <= 1 ? names.join(", ") : `${names.slice(0, most).join(", ")} … and ${more.toLocaleString("en-US")} more`;
}

/** Shows how far a long piece of work is. */
export interface Progress {
  /** Done so far, and what to say about it. */
  readonly update: (done: number, text: string) => Effect.Effect<void>;
  readonly stop: Effect.Effect<void>;
}

/** A bar on a terminal; plain lines elsewhere, the first at once and then every few seconds. */
export function progress(max: number, start: number, everySeconds = 5): Progress {
  return Deno.stderr.isTerminal() ? barProgress(max, start) : lineProgress(max, everySeconds);
}

function barProgress(max: number, start: number): Progress {
  let text = "";
  const bar = new ProgressBar({
    max,
    value: start,
    interval: 250,
    barLength: 30,
    clear: true,
    formatter: (f) => `${f.progressBar} ${f.value}/${f.max} ${text}`,
  });
  return {
    update: (done, latest) =>
      Effect.sync(() => {
        text = latest;
        bar.value = done;
      }),
    stop: Effect.promise(() => bar.stop()),
  };
}

function lineProgress(max: number, everySeconds: number): Progress {
  let last = -Infinity;
  return {
    update: (done, text) =>
      Effect.suspend(() => {
        const now = performance.now();
        if (now - last < everySeconds * 1000 && done < max) return Effect.void;
        last = now;
        return say(`${String(done).padStart(String(max).length)}/${max}  ${text}`);
      }),
    stop: Effect.void,
  };
}
