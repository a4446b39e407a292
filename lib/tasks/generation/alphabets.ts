import { Effect, Schema } from "effect";
import { integers, normals, purpose, uniforms } from "../../random/mod.ts";
import type { TaskFamily } from "../../stages/task_family.ts";
import { pointInside } from "./filled_shape.ts";
import { flowMatching } from "./flow_matching.ts";
import { letter } from "./letter.ts";

/** What letters are like. */
export interface Alphabets {
  /** The smallest and the largest height of a capital, in units of 2. */
  readonly scale: readonly [least: number, most: number];
  /** Whether letters are turned by any angle. */
  readonly rotate: boolean;
}

const size = Schema.Finite.check(Schema.isBetween({ minimum: 1e-3, maximum: 1e3 }));

/** Decodes {@linkcode Alphabets}; heights of 1.5 to 2.5 and any angle where left out. */
export const Alphabets: Schema.Codec<Alphabets, Partial<Alphabets>> = Schema.Struct({
  scale: Schema.Tuple([size, size]).pipe(Schema.withDecodingDefaultKey(Effect.succeed([0.75, 1.25] as const))),
  rotate: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(true))),
}).check(
  Schema.makeFilter((c) =>
    c.scale[0] <= c.scale[1] ? undefined : { path: ["scale"], issue: "the smallest must not exceed the largest" }
  ),
);

/** Letters that are never trained on. Source: METHOD.md §7. */
export const heldOutLetters = "DHNTXY";

/** Letters to train on: the other twenty. */
export const trainedLetters = "ABCEFGIJKLMOPQRSUVWZ";

/** What makes a letter: which, `[tasks]`; and how it is turned and scaled, `[tasks, 2]`: x ↦ (a x − b y, b x + a y). */
export type LetterTask = { readonly letters: Int32Array; readonly turn: Float32Array };

/**
 * Flow matching on points uniform in the area of a capital of DejaVu Sans Bold, turned by any angle and scaled. The letters
 * are those of `letters`, each equally likely. Source: arXiv 2510.11471; METHOD.md §7.
 *
 * @example Points of the letter I, upright
 * ```ts
 * import { keyFor } from "@amortize/core/random";
 * import { alphabets } from "@amortize/core/tasks";
 * import { assert } from "@std/assert";
 *
 * const family = alphabets({ scale: [1, 1], rotate: false }, "letter-i", "I");
 * const key = keyFor(0, "evaluation", 0), range = { first: 0, count: 1 };
 * const request = { key, range, count: 100, role: "context", split: "evaluation" } as const;
 * const [points] = await family.observe(family.drawTasks(key, range), request).y.array();
 * assert(points!.every(([x, y]) => Math.abs(x!) < 0.3 && Math.abs(y!) < 1.001));
 * ```
 */
export function alphabets(c: Alphabets, name: string, letters: string = trainedLetters): TaskFamily<LetterTask> {
  const [least, most] = c.scale;
  return flowMatching({
    name,
    dimension: 2,
    drawTasks: (key, { first, count }) => {
      // The direction of a normal vector is any, by a root and a quotient alone: sine and cosine differ by engine.
      const turn = normals(purpose(key, "angle"), 2 * count, 2 * first);
      const scales = uniforms(purpose(key, "scale"), count, first);
      for (let task = 0; task < count; task++) {
        const scale = least + (most - least) * scales[task]!;
        const [a, b] = c.rotate ? [turn[2 * task]!, turn[2 * task + 1]!] : [1, 0];
        const length = Math.sqrt(a * a + b * b) || 1;
        turn[2 * task] = scale * a / length;
        turn[2 * task + 1] = scale * b / length;
      }
      return { letters: integers(purpose(key, "letters"), count, letters.length, first), turn };
    },
    points: (drawn, key, { first, count: tasks }, count) => {
      const drawnNumbers = uniforms(purpose(key, "inside"), 3 * tasks * count, 3 * first * count);
      const out = new Float32Array(2 * tasks * count);
      for (let row = 0; row < tasks * count; row++) {
        const task = Math.floor(row / count);
        const [u, v, w] = drawnNumbers.subarray(3 * row, 3 * row + 3);
        pointInside(letter(letters[drawn.letters[task]!]!).shape, [u!, v!, w!], out, 2 * row);
        turned(drawn, task, out, row);
      }
      return out;
    },
    mixture: (drawn, task) => {
      const { mixture } = letter(letters[drawn.letters[task]!]!);
      const means = Float64Array.from(mixture.means);
      for (let row = 0; row < means.length / 2; row++) turned(drawn, task, means, row);
      const a = drawn.turn[2 * task]!, b = drawn.turn[2 * task + 1]!;
      return { ...mixture, means, std: mixture.std * Math.sqrt(a * a + b * b) };
    },
  });
}

/** Turns and scales one point in place. */
function turned({ turn }: LetterTask, task: number, points: Float32Array | Float64Array, row: number): void {
  const a = turn[2 * task]!, b = turn[2 * task + 1]!, x = points[2 * row]!, y = points[2 * row + 1]!;
  points[2 * row] = a * x - b * y;
  points[2 * row + 1] = b * x + a * y;
}
