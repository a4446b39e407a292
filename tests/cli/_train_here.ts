import { Effect } from "effect";
import { parseCommand } from "../../pipelines/cli/_options.ts";
import * as specs from "../../pipelines/cli/specs.ts";
import trainCommand from "../../pipelines/cli/train.ts";

/** What a command in this process said, and why it failed, if it did. */
export interface Here {
  readonly stderr: string;
  readonly error: unknown;
}

/**
 * `deno task train` in this process: one of its own takes longer to start than a tiny training. It is interrupted once
 * `until` answers true; that may throw as long as there is nothing to see.
 */
export async function trainHere(args: readonly string[], until: () => boolean = () => false): Promise<Here> {
  let stderr = "";
  const keep = (bytes: Uint8Array): number => {
    stderr += new TextDecoder().decode(bytes);
    return bytes.length;
  };
  const { stdout: out, stderr: err } = Deno, [printed, said] = [out.writeSync, err.writeSync];
  Object.assign(err, { writeSync: keep });
  Object.assign(out, { writeSync: (bytes: Uint8Array) => bytes.length });
  const run = Effect.flatMap(
    parseCommand(specs.train, args),
    (args): Effect.Effect<unknown, Error> => trainCommand(args),
  );
  const interruption = new AbortController();
  const looking = setInterval(() => attempted(until) && interruption.abort(), 2);
  try {
    const error = await Effect.runPromise(run, { signal: interruption.signal }).then(() => undefined, (error) => error);
    return { stderr, error };
  } finally {
    clearInterval(looking);
    Object.assign(err, { writeSync: said });
    Object.assign(out, { writeSync: printed });
  }
}

function attempted(until: () => boolean): boolean {
  try {
    return until();
  } catch {
    return false;
  }
}
