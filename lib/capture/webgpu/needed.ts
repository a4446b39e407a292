import type { Numbered, NumberedBuffer } from "./numbered.ts";
import { touched } from "./prepared.ts";

/** The same without commands that neither a result nor a change in place depends on, and without what only these read. */
export function needed({ buffers, commands, results }: Numbered): Numbered {
  const outlives = ({ source: { kind } }: NumberedBuffer): boolean => kind === "input" || kind === "outside";
  const wanted = new Set(results.map(({ buffer }) => buffer));
  buffers.forEach((buffer, i) => outlives(buffer) && wanted.add(i));
  const kept = commands.toReversed().filter((command) => {
    const all = touched(command);
    if (!all.some(({ buffer, written }) => written && wanted.has(buffer))) return false;
    for (const { buffer } of all) wanted.add(buffer);
    return true;
  }).toReversed();
  const unread = ({ size }: NumberedBuffer): NumberedBuffer => ({ source: { kind: "made" }, size });
  return { buffers: buffers.map((buffer, i) => wanted.has(i) ? buffer : unread(buffer)), commands: kept, results };
}
