import { type Key, permutation, purpose, uniforms } from "../random/mod.ts";
import type { ObserveRequest, TaskRange } from "../stages/task_family.ts";
import { classStatistics, presentClasses, rowsByClass } from "./_class_rows.ts";
import { type ClassSplit, classSplit } from "./class_split.ts";
import type { EmbeddingClassification } from "./embedding_settings.ts";
import type { LabelledData, RowStatistics } from "./labelled_data.ts";

/** What makes a task, plain numbers: it is drawn for every split, and each split takes its own classes of it. */
export type EmbeddingTask = {
  /** Every class of the data set in the order in which a task takes them, `[tasks, classes]`. */
  readonly order: Int32Array;
  /** The labels' order: the i-th class taken has label number i mod C of it, `[tasks, C]`. */
  readonly labels: Int32Array;
  /** Which of the numbers of classes between fewest and most, 0 … 1, `[tasks]`. */
  readonly share: Float32Array;
  /** Which number of an embedding each feature is, `[tasks, dimension]`. */
  readonly axes: Int32Array;
  /** What each feature is multiplied with, 1 or −1, `[tasks, dimension]`. */
  readonly signs: Float32Array;
};

/** Whether a data set is the trained one, which keeps classes apart, or another, all of whose classes are evaluated. */
export type EmbeddingRole = "trained" | "elsewhere";

/** Part of another data set's queries that choosing baselines' settings sees, and evaluation does not. */
const choosingShare = 0.1;

/** What is known of a data set: its rows by class. */
export interface EmbeddingSource {
  readonly data: LabelledData;
  readonly classes: readonly number[];
  readonly split: ClassSplit;
  /** Whether validation and evaluation have the same classes, and so have to share the images out. */
  readonly shared: boolean;
  readonly statistics: RowStatistics;
  readonly rows: { readonly context: readonly Int32Array[]; readonly query: readonly Int32Array[] };
}

/** Draws what makes tasks. */
export function drawEmbeddingTasks(
  key: Key,
  { first, count }: TaskRange,
  classes: readonly number[],
  c: EmbeddingClassification,
): EmbeddingTask {
  const permuted = (name: string, size: number) =>
    concatenated(count, size, (task) => permutation(purpose(key, `${name} ${first + task}`), size));
  return {
    order: permuted("classes", classes.length).map((i) => classes[i]!),
    labels: permuted("labels", c.labels),
    share: uniforms(purpose(key, "size"), count, first),
    ...drawAxes(key, { first, count }, c),
  };
}

/** The order and the signs in which each task sees the numbers of an embedding. */
function drawAxes(
  key: Key,
  { first, count }: TaskRange,
  { axes, dimension }: EmbeddingClassification,
): Pick<EmbeddingTask, "axes" | "signs"> {
  const shuffled = axes === "shuffled", size = count * dimension;
  return {
    axes: concatenated(
      count,
      dimension,
      (task) =>
        shuffled
          ? permutation(purpose(key, `axes ${first + task}`), dimension)
          : Int32Array.from({ length: dimension }, (_, i) => i),
    ),
    signs: shuffled
      ? uniforms(purpose(key, "signs"), size, first * dimension).map((u) => u < 0.5 ? -1 : 1)
      : new Float32Array(size).fill(1),
  };
}

/** What is known of a data set in its role. */
export function sourceOf(role: EmbeddingRole, c: EmbeddingClassification, data: LabelledData): EmbeddingSource {
  const classes = presentClasses(data);
  const split = role === "trained"
    ? classSplit(classes, c)
    : { training: classes, validation: classes, evaluation: classes };
  const rows = { context: rowsByClass(data.train), query: rowsByClass(data.test) };
  return {
    data,
    classes,
    split,
    shared: role === "elsewhere",
    statistics: classStatistics(data.train, split.training),
    rows,
  };
}

/** The row and the label of each observation, `[tasks · count]`. */
export function choose(
  { split, shared, rows }: EmbeddingSource,
  c: EmbeddingClassification,
  { order, labels, share }: EmbeddingTask,
  { key, range: { first, count: tasks }, count, role, split: stream }: ObserveRequest,
): { readonly chosen: Int32Array; readonly labels: Int32Array } {
  const allowed = new Set(stream === "training" || stream === "validation" ? split[stream] : split.evaluation);
  const draw = (name: string): Float32Array => uniforms(purpose(key, name), tasks * count, first * count);
  const [ofClass, ofRow] = [draw("class"), draw("row")];
  const chosen = new Int32Array(tasks * count), named = new Int32Array(tasks * count);
  const all = order.length / tasks;
  for (let task = 0; task < tasks; task++) {
    const size = c.fewestClasses + Math.floor(share[task]! * (c.mostClasses - c.fewestClasses + 1));
    const taken = [...order.subarray(task * all, (task + 1) * all)].filter((label) => allowed.has(label)).slice(
      0,
      size,
    );
    for (let i = task * count; i < (task + 1) * count; i++) {
      const which = Math.floor(ofClass[i]! * taken.length);
      const among = rows[role][taken[which]!]!;
      const cut = shared && role === "query" ? Math.ceil(among.length * choosingShare) : 0;
      const [begin, end] = stream === "validation" && cut > 0
        ? [0, cut]
        : [Math.min(cut, among.length - 1), among.length];
      chosen[i] = among[begin + Math.floor(ofRow[i]! * (end - begin))]!;
      named[i] = labels[task * c.labels + which % c.labels]!;
    }
  }
  return { chosen, labels: named };
}

function concatenated(count: number, size: number, part: (i: number) => Int32Array): Int32Array {
  const out = new Int32Array(count * size);
  for (let i = 0; i < count; i++) out.set(part(i), i * size);
  return out;
}
