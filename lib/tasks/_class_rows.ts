import type { LabelledData, LabelledRows, RowStatistics } from "./labelled_data.ts";

/** Row numbers of each class, `[classes][rows of the class]`. */
export function rowsByClass({ labels }: LabelledRows): readonly Int32Array[] {
  const counts: number[] = [];
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const rows = Array.from(counts, (count) => new Int32Array(count ?? 0)), filled = new Int32Array(counts.length);
  labels.forEach((label, row) => rows[label]![filled[label]!++] = row);
  return rows;
}

/** Classes that have rows to take contexts from and rows to take queries from. */
export function presentClasses({ train, test }: LabelledData): readonly number[] {
  const context = rowsByClass(train), query = rowsByClass(test);
  return context.flatMap((rows, label) => rows.length > 0 && (query[label]?.length ?? 0) > 0 ? [label] : []);
}

/** What centres rows and gives their numbers a variance of 1 on average, over the rows of some classes. */
export function classStatistics(rows: LabelledRows, classes: readonly number[]): RowStatistics {
  const { size, values } = rows, chosen = rowsByClass(rows);
  const sums = new Float64Array(size);
  let squares = 0, count = 0;
  for (const label of classes) {
    for (const row of chosen[label]!) {
      for (let i = 0, at = row * size; i < size; i++, at++) {
        const value = values[at]!;
        sums[i]! += value;
        squares += value * value;
      }
      count++;
    }
  }
  const mean = Float32Array.from(sums, (sum) => sum / count);
  const ofMean = mean.reduce((total, m) => total + m * m, 0);
  return { mean, scale: Math.sqrt(size / Math.max(squares / count - ofMean, 1e-12)) };
}
