/**
 * Runs something that would print warnings and errors, and answers them as lines instead. What it started may keep
 * the replaced functions (emscripten does): they print again once it has ended.
 */
export async function capturedConsole<T>(run: () => Promise<T>): Promise<{ value: T; lines: string[] }> {
  const lines: string[] = [];
  const { warn, error } = console;
  let capturing = true;
  const instead = (print: typeof warn): typeof warn => (...args) => {
    if (capturing) lines.push(args.map(String).join(" "));
    else print.apply(console, args);
  };
  console.warn = instead(warn);
  console.error = instead(error);
  try {
    return { value: await run(), lines };
  } finally {
    capturing = false;
    console.warn = warn;
    console.error = error;
  }
}
