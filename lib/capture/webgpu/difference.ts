import type { Numbered, NumberedBuffer, NumberedCommand } from "./numbered.ts";

/** Why something cannot be replayed. */
export interface Obstacle {
  readonly where: string;
  readonly found: string;
  readonly remedy: string;
}

const handIn = "hand what changes from call to call in as a tensor";

/** The first thing in which two recordings of one function differ, or undefined. */
export function difference(a: Numbered, b: Numbered): Obstacle | undefined {
  for (const [i, command] of a.commands.entries()) {
    const other = b.commands[i];
    if (other === undefined) break;
    const found = commandDifference(i, command, other, a, b);
    if (found !== undefined) return found;
  }
  if (a.commands.length !== b.commands.length) {
    const found = `one recording has ${a.commands.length} commands, the other ${b.commands.length}`;
    return { where: "its end", found, remedy: "branch on no value from outside" };
  }
  if (facts(a.results) !== facts(b.results)) {
    return { where: "its results", found: "names, shapes or buffers differ", remedy: "return the same tensors always" };
  }
  return a.results.map(({ name, buffer }) => bufferDifference(`result ${name}`, a.buffers[buffer]!, b.buffers[buffer]!))
    .find((found) => found !== undefined);
}

// deno-fmt-ignore
function commandDifference(i: number, one: NumberedCommand, other: NumberedCommand, a: Numbered, b: Numbered): Obstacle | undefined {
  const where = `command ${i}, ${nameOf(one)}`;
  if (one.kind !== "dispatch" || other.kind !== "dispatch") {
    if (facts(one) === facts(other)) return undefined;
    return { where, found: `the other recording has ${nameOf(other)} there, or other sizes`, remedy: handIn };
  }
  if (one.pipeline !== other.pipeline) {
    const found = `the other recording runs ${nameOf(other)} or another shape there`;
    return { where, found, remedy: "keep shapes and branches the same in every call" };
  }
  if (one.grid.join() !== other.grid.join()) {
    return { where, found: `its grid is ${one.grid}, then ${other.grid}`, remedy: "keep shapes the same in every call" };
  }
  for (const [j, binding] of one.bindings.entries()) {
    const at = `${where}, binding ${binding.binding}`, second = other.bindings[j];
    if (facts(binding) !== facts(second)) return { where: at, found: "it is bound to other tensors", remedy: handIn };
    const found = bufferDifference(at, a.buffers[binding.buffer]!, b.buffers[second!.buffer]!);
    if (found !== undefined) return found;
  }
  return undefined;
}

function bufferDifference(
  where: string,
  { source: a, size }: NumberedBuffer,
  other: NumberedBuffer,
): Obstacle | undefined {
  const b = other.source;
  if (a.kind !== b.kind || size !== other.size) {
    return { where, found: "another kind of tensor is there", remedy: handIn };
  }
  if (a.kind === "input" && b.kind === "input" && a.name !== b.name) {
    return { where, found: `it reads input ${a.name}, then ${b.name}`, remedy: handIn };
  }
  if (a.kind === "outside" && b.kind === "outside" && a.buffer !== b.buffer) {
    return { where, found: "it reads a tensor from outside that changes", remedy: "make that tensor an input" };
  }
  if (!("bytes" in a) || !("bytes" in b)) return undefined;
  const at = a.bytes.findIndex((byte, i) => byte !== b.bytes[i]);
  if (at < 0) return undefined;
  const word = Math.floor(at / 4),
    found = `the ${a.kind} differs: ${numberAt(a.bytes, word)}, then ${numberAt(b.bytes, word)}`;
  return { where, found, remedy: handIn };
}

/** A word as a person would have written it: small integers are bits of tiny floats. */
function numberAt(bytes: Uint8Array, word: number): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset), integer = view.getInt32(4 * word, true);
  return Math.abs(integer) < 2 ** 20 ? `${integer}` : `${view.getFloat32(4 * word, true)}`;
}

function nameOf(command: NumberedCommand): string {
  return command.kind === "dispatch" ? command.program : command.kind;
}

function facts(value: unknown): string {
  return JSON.stringify(value);
}
