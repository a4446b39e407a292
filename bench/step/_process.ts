import { lines, mark } from "./_serve.ts";

/** A contender's process, alive until it is closed. */
export interface Running {
  readonly description: string;
  /** Sends a request; what came back, or why nothing did. A process that took too long is ended. */
  readonly ask: (request: unknown, timeoutMs: number) => Promise<unknown | Failed>;
  readonly close: () => Promise<void>;
}

/** Why a process gives nothing. */
export interface Failed {
  readonly failed: string;
}

/** Whether this says why nothing came. */
export function isFailed(value: unknown): value is Failed {
  return typeof value === "object" && value !== null && "failed" in value;
}

/** Variables that would change threads or kernels of a BLAS or of OpenMP: contenders run without them. */
const unset = /^(OPENBLAS|GOTO|OMP|GOMP|MKL|BLIS|KMP|DNNL|TORCH)_/;

/** The environment of contenders. */
export function cleanEnvironment(): Record<string, string> {
  return Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => !unset.test(name)));
}

/** Starts a contender and waits until it is ready, or says what it lacks. */
export async function start(command: readonly string[], timeoutMs: number): Promise<Running | Failed> {
  const [program, ...args] = command;
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program!, {
      args,
      clearEnv: true,
      env: cleanEnvironment(),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    return { failed: `${program} does not start: ${error instanceof Error ? error.message : error}` };
  }
  const said = tail(child.stderr);
  const answers = marked(child.stdout);
  const writer = child.stdin.getWriter();
  const kill = (): void => {
    try {
      child.kill("SIGKILL");
    } catch { /* it has ended */ }
  };
  const next = async (timeoutMs: number): Promise<unknown | Failed> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<Failed>((resolve) => {
      timer = setTimeout(() => resolve({ failed: `took longer than ${timeoutMs / 1000} s` }), timeoutMs);
    });
    const answer = answers.next().then(async ({ value, done }) =>
      done ? { failed: `ended: ${(await said).trim().split("\n").slice(-3).join(" ")}` } : value
    );
    const first = await Promise.race([answer, late]);
    clearTimeout(timer);
    if (isFailed(first)) kill();
    return first;
  };
  const close = async (): Promise<void> => {
    await writer.close().catch(() => {});
    const timer = setTimeout(kill, 3000);
    await child.status;
    clearTimeout(timer);
  };
  const ready = await next(timeoutMs) as Failed | { readonly ready?: string; readonly missing?: string };
  if (isFailed(ready) || ready.ready === undefined) {
    await close();
    return isFailed(ready) ? ready : { failed: ready.missing ?? "it said nothing" };
  }
  const ask = async (request: unknown, timeoutMs: number): Promise<unknown | Failed> => {
    try {
      await writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    } catch (error) {
      return { failed: `takes no more requests: ${error instanceof Error ? error.message : error}` };
    }
    return await next(timeoutMs);
  };
  return { description: ready.ready, ask, close };
}

/** The messages among the lines that a process prints. */
async function* marked(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<unknown, undefined> {
  for await (const line of lines(stdout)) {
    if (line.startsWith(mark)) yield JSON.parse(line.slice(mark.length));
  }
}

/** The end of what a stream said, once it is over; drains it meanwhile. */
async function tail(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const line of lines(stream)) text = `${text}\n${line}`.slice(-4000);
  return text;
}
