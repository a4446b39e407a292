/** A line of a comparison: in both texts, in the first only, or in the second only. */
export interface DiffLine {
  readonly kind: " " | "-" | "+";
  readonly text: string;
}

/** The largest table of common subsequences that is filled; larger differences are told as one block. */
const LARGEST_TABLE = 4_000_000;
/** From this many lines on, long runs of equal lines are folded. */
const FOLD_FROM = 200;
/** Equal lines kept on either side of a change when folding. */
const CONTEXT = 10;

/** The lines of `actual` and `expected` side by side, by their longest common subsequence. */
export function diffLines(
  actual: readonly string[],
  expected: readonly string[],
): DiffLine[] {
  let head = 0;
  const shorter = Math.min(actual.length, expected.length);
  while (head < shorter && actual[head] === expected[head]) head++;
  let tail = 0;
  while (
    tail < shorter - head &&
    actual[actual.length - 1 - tail] === expected[expected.length - 1 - tail]
  ) tail++;
  const same = (text: string): DiffLine => ({ kind: " ", text });
  return [
    ...actual.slice(0, head).map(same),
    ...middle(
      actual.slice(head, actual.length - tail),
      expected.slice(head, expected.length - tail),
    ),
    ...actual.slice(actual.length - tail).map(same),
  ];
}

function middle(a: readonly string[], b: readonly string[]): DiffLine[] {
  const width = b.length + 1;
  if ((a.length + 1) * width > LARGEST_TABLE) {
    return [
      ...a.map((text): DiffLine => ({ kind: "-", text })),
      ...b.map((text): DiffLine => ({ kind: "+", text })),
    ];
  }
  const longest = new Uint32Array((a.length + 1) * width); // [i, j]: of a from i on and b from j on
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] = a[i] === b[j]
        ? longest[(i + 1) * width + j + 1]! + 1
        : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
    }
  }
  const lines: DiffLine[] = [];
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: " ", text: a[i]! });
      i++;
      j++;
    } else if (
      j === b.length ||
      (i < a.length &&
        longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!)
    ) {
      lines.push({ kind: "-", text: a[i++]! });
    } else {
      lines.push({ kind: "+", text: b[j++]! });
    }
  }
  return lines;
}

/** The text of a comparison, in colour where the terminal wants it. */
export function diffMessage(lines: readonly DiffLine[]): string {
  const plain = (globalThis as { Deno?: { noColor?: boolean } }).Deno?.noColor ?? true;
  const paint = (code: number, text: string) => plain ? text : `\x1b[${code}m${text}\x1b[0m`;
  const shown = fold(lines).map(({ kind, text }) => {
    const line = `${kind}   ${text}`;
    return kind === "-" ? paint(31, line) : kind === "+" ? paint(32, line) : line;
  });
  const title = `    [Diff] ${paint(31, "Actual")} / ${paint(32, "Expected")}`;
  return ["", "", "", title, "", "", ...shown, ""].join("\n");
}

function fold(lines: readonly DiffLine[]): readonly DiffLine[] {
  if (lines.length < FOLD_FROM) return lines;
  const keep = new Uint8Array(lines.length);
  lines.forEach(({ kind }, at) => {
    if (kind !== " ") keep.fill(1, Math.max(0, at - CONTEXT), at + CONTEXT + 1);
  });
  const folded: DiffLine[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (keep[at] === 1) {
      folded.push(lines[at]!);
      continue;
    }
    const from = at;
    while (at + 1 < lines.length && keep[at + 1] === 0) at++;
    folded.push({
      kind: " ",
      text: `... ${at - from + 1} unchanged lines ...`,
    });
  }
  return folded;
}
