import type { Numbered, NumberedBuffer, NumberedCommand } from "./numbered.ts";
import type { Obstacle } from "./difference.ts";
import type { Lifetime } from "./slots.ts";

/** The numbers of the buffers that a command touches, and which of these it may write. */
export function touched(command: NumberedCommand): readonly { readonly buffer: number; readonly written: boolean }[] {
  switch (command.kind) {
    case "dispatch":
      return command.bindings;
    case "copy":
      return [{ buffer: command.from, written: false }, { buffer: command.to, written: true }];
    case "clear":
      return [{ buffer: command.to, written: true }];
  }
}

/** What writes into something that a replay must find unchanged: an input that is not `inPlace`, or a tensor from outside. */
export function forbiddenWrite({ commands, buffers }: Numbered, inPlace: ReadonlySet<string>): Obstacle | undefined {
  for (const [i, command] of commands.entries()) {
    for (const { buffer, written } of touched(command)) {
      const { source } = buffers[buffer]!;
      if (!written || (source.kind !== "outside" && (source.kind !== "input" || inPlace.has(source.name)))) continue;
      const where = `command ${i}, ${command.kind === "dispatch" ? command.program : command.kind}`;
      const what = source.kind === "input" ? `input ${source.name}` : "a tensor from outside";
      return { where, found: `it changes ${what} in place`, remedy: "name that input in inPlace, or change a copy" };
    }
  }
  return undefined;
}

/**
 * The same with what fresh buffers owe to being fresh made explicit, since replays find old content in them: a constant
 * that is written is copied first, and what is read before anything wrote it is cleared.
 */
export function prepared({ buffers, commands, results }: Numbered): Numbered {
  const more: NumberedBuffer[] = [...buffers], ready: NumberedCommand[] = [], begun = new Set<number>();
  const changed = new Set(commands.flatMap((c) => touched(c).filter((t) => t.written).map(({ buffer }) => buffer)));
  for (const command of commands) {
    for (const { buffer, written } of touched(command)) {
      if (begun.has(buffer)) continue;
      begun.add(buffer);
      const { source, size } = buffers[buffer]!;
      if (source.kind === "constant" && changed.has(buffer)) {
        more[buffer] = { source: { kind: "made" }, size };
        const from = more.push({ source, size }) - 1;
        ready.push({ kind: "copy", from, fromOffset: 0, to: buffer, toOffset: 0, size });
      } else if (source.kind === "made" && (!written || command.kind !== "dispatch" && partial(command, size))) {
        ready.push({ kind: "clear", to: buffer, toOffset: 0, size });
      }
    }
    ready.push(command);
  }
  return { buffers: more, commands: ready, results };
}

function partial(command: NumberedCommand, size: number): boolean {
  return command.kind === "dispatch" || command.size < size;
}

/** From the first to the last command that touches each made buffer; results live to the end. By number of buffer. */
export function lifetimes({ buffers, commands, results }: Numbered): ReadonlyMap<number, Lifetime> {
  const found = new Map<number, { size: number; first: number; last: number }>();
  const touch = (buffer: number, at: number): void => {
    const { source, size } = buffers[buffer]!;
    if (source.kind !== "made") return;
    const known = found.get(buffer);
    if (known === undefined) found.set(buffer, { size, first: Math.min(at, commands.length), last: at });
    else known.last = at;
  };
  for (const [at, command] of commands.entries()) for (const { buffer } of touched(command)) touch(buffer, at);
  for (const { buffer } of results) touch(buffer, Infinity);
  return found;
}
