/** What a formatter is given at each drawing. */
export interface ProgressBarFormatter {
  /** The time since the start, `mm:ss`. */
  styledTime: string;
  /** Value and maximum in binary units: `0.40/97.66 KiB`. */
  styledData: string;
  /** The bar itself: `###-------`. */
  progressBar: string;
  /** Milliseconds since the start. */
  time: number;
  /** `time` at the drawing before. */
  previousTime: number;
  /** The progress now. */
  value: number;
  /** `value` at the drawing before. */
  previousValue: number;
  /** The progress at the end. */
  max: number;
}

/** The settings of a {@linkcode ProgressBar}. */
export interface ProgressBarOptions {
  /** Where the bar is drawn. Default: `Deno.stderr.writable`. */
  writable?: WritableStream<Uint8Array>;
  /** The progress at the start. Default: 0. */
  value?: number;
  /** The progress at the end. */
  max: number;
  /** The bar's length in characters. Default: 50. */
  barLength?: number;
  /** The character of what is done. Default: `#`. */
  fillChar?: string;
  /** The character of what is left. Default: `-`. */
  emptyChar?: string;
  /** Whether the bar vanishes at the end. Default: false. */
  clear?: boolean;
  /** Makes the line. Default: `[time] [bar] [data]`. */
  formatter?: (formatter: ProgressBarFormatter) => string;
  /** Whether `writable` stays open at the end. Default: true. */
  keepOpen?: boolean;
  /** Milliseconds between drawings. Default: 1000. */
  interval?: number;
}

const CLEAR_LINE = "\r\x1b[K";
const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];

function inUnits(value: number, max: number): string {
  let power = 1;
  while (power < UNITS.length && 1024 ** (power + 1) <= max) power++;
  const scaled = (amount: number) => (amount / 1024 ** power).toFixed(2);
  return `${scaled(value)}/${scaled(max)} ${UNITS[power - 1]}`;
}

function minutesAndSeconds(milliseconds: number): string {
  const two = (count: number) => String(Math.trunc(count)).padStart(2, "0");
  return `${two(milliseconds / 60_000)}:${two(milliseconds / 1000 % 60)}`;
}

const defaultLine = (now: ProgressBarFormatter) => `[${now.styledTime}] [${now.progressBar}] [${now.styledData}]`;

/**
 * A bar that redraws itself on one line of a terminal until it is stopped. It draws on a stream that is no terminal too:
 * ask `Deno.stderr.isTerminal()` first.
 *
 * ```ts
 * import { ProgressBar } from "@std/cli/unstable-progress-bar";
 *
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const drawn = new Response(readable).text();
 * const bar = new ProgressBar({ max: 4, writable, keepOpen: false, formatter: (now) => `${now.value}/${now.max}` });
 * bar.value += 1;
 * await bar.stop();
 * console.assert((await drawn).endsWith("1/4\n"));
 * ```
 */
export class ProgressBar {
  /** The progress now: set it as the work goes on. */
  value: number;
  /** The progress at the end. */
  max: number;

  readonly #options: Required<
    Omit<ProgressBarOptions, "writable" | "value" | "max" | "interval">
  >;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #start = Date.now();
  #previousTime = 0;
  #previousValue: number;

  /** Draws the bar and goes on drawing it every `interval` milliseconds. */
  constructor(options: ProgressBarOptions) {
    const {
      writable = Deno.stderr.writable,
      value = 0,
      max,
      interval = 1000,
      ...rest
    } = options;
    this.value = value;
    this.max = max;
    this.#previousValue = value;
    this.#options = {
      barLength: rest.barLength ?? 50,
      fillChar: rest.fillChar ?? "#",
      emptyChar: rest.emptyChar ?? "-",
      clear: rest.clear ?? false,
      formatter: rest.formatter ?? defaultLine,
      keepOpen: rest.keepOpen ?? true,
    };
    this.#writer = writable.getWriter();
    this.#writer.closed.catch(() => clearInterval(this.#timer)); // nobody reads any more
    this.#timer = setInterval(() => this.#draw(), interval);
    this.#draw();
  }

  #write(text: string): Promise<void> {
    return this.#writer.write(new TextEncoder().encode(text)).catch(() => {}); // a bar must not end the work it shows
  }

  #draw(): Promise<void> {
    const { barLength, fillChar, emptyChar, formatter } = this.#options;
    const time = Date.now() - this.#start;
    const share = Math.min(1, Math.max(0, this.value / this.max)) || 0;
    const filled = Math.trunc(share * barLength);
    const line = formatter({
      styledTime: minutesAndSeconds(time),
      styledData: inUnits(this.value, this.max),
      progressBar: fillChar.repeat(filled) +
        emptyChar.repeat(barLength - filled),
      time,
      previousTime: this.#previousTime,
      value: this.value,
      previousValue: this.#previousValue,
      max: this.max,
    });
    this.#previousTime = time;
    this.#previousValue = this.value;
    return this.#write(CLEAR_LINE + line);
  }

  /** Draws the bar for the last time (or clears it), and lets go of the stream. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#options.clear) {
      await this.#write(CLEAR_LINE);
    } else {
      await this.#draw();
      await this.#write("\n");
    }
    if (this.#options.keepOpen) this.#writer.releaseLock();
    else await this.#writer.close().catch(() => {});
  }
}
