/** One training step of a contender; answers its loss. */
export type Step = () => number | Promise<number>;

/** What a contender answers to `{"steps": n}`. */
export interface Answer {
  readonly losses: readonly number[];
  readonly milliseconds: readonly number[];
}

/** Lines that are meant for the leader begin with this; libraries may print others. */
export const mark = "@";

/** Tells the leader something. */
export function tell(message: unknown): void {
  console.log(mark + JSON.stringify(message));
}

/**
 * The contender's side: says that it is ready and what it is, then runs as many steps as each line of standard input
 * asks for, until that ends. Each step is timed with its loss read.
 */
export async function serve(description: string, step: Step): Promise<void> {
  tell({ ready: description });
  for await (const line of lines(Deno.stdin.readable)) {
    const { steps } = JSON.parse(line) as { readonly steps: number };
    const losses: number[] = [], milliseconds: number[] = [];
    for (let i = 0; i < steps; i++) {
      const started = performance.now();
      losses.push(await step());
      milliseconds.push(performance.now() - started);
    }
    tell({ losses, milliseconds } satisfies Answer);
  }
}

/** The lines of a stream of bytes. */
export async function* lines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}
