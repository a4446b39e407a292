import { assertEquals } from "@std/assert";
import { needed } from "../../lib/capture/webgpu/needed.ts";
import type { Numbered, NumberedCommand } from "../../lib/capture/webgpu/numbered.ts";

/** A program that reads some buffers and writes others. */
function dispatch(program: string, reads: readonly number[], writes: readonly number[]): NumberedCommand {
  const bindings = [...reads, ...writes].map((buffer, binding) => ({
    ...{ binding, buffer, offset: 0, size: 4, written: writes.includes(buffer) },
  }));
  return { kind: "dispatch", program, bindings } as unknown as NumberedCommand;
}

const made = { source: { kind: "made" }, size: 4 } as const;
const input = { source: { kind: "input", name: "x" }, size: 4 } as const;
const constant = { source: { kind: "constant", bytes: new Uint8Array(4) }, size: 4 } as const;

Deno.test("needed() leaves out what no result and no change in place depends on, with the constants of that alone", () => {
  const recording: Numbered = {
    buffers: [input, made, made, constant, constant, made],
    commands: [
      dispatch("result's input", [0, 3], [1]),
      dispatch("unread", [1, 4], [5]),
      dispatch("unread too", [5], [5]),
      dispatch("result", [1], [2]),
      dispatch("after the result", [2], [5]),
      dispatch("in place", [2], [0]),
    ],
    results: [{ name: "y", buffer: 2, shape: [1], dtype: "float32" }],
  };
  const { commands, buffers } = needed(recording);
  const programs = commands.map((command) => command.kind === "dispatch" && command.program);
  assertEquals(programs, ["result's input", "result", "in place"]);
  assertEquals(buffers, [input, made, made, constant, made, made]);
});
