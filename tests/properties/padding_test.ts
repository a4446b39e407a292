import fc from "fast-check";
import { onCpu, onHosts } from "./_backends.ts";
import { type Case, cases } from "./_cases.ts";
import { assertCatches } from "./_mutants.ts";
import {
  drawStep,
  honest,
  maskNothing,
  type Mutant,
  mutateRegime,
  type Outcome,
  outcome,
  type Prepared,
  type StepData,
  withCase,
} from "./_runs.ts";
import { assertAllClose, assertAllSame, mapNumbers, type Numbers, range, replaceWhere, rows } from "./_values.ts";

/** (e) With n visible observations nothing that follows them is seen, and the rest equals a run on those n alone. */
function paddingNeverMatters(mutant: Mutant, arbitrary = cases()): fc.IProperty<[Case, number, number]> {
  return fc.property(
    arbitrary,
    fc.nat(),
    fc.constantFrom(0, 1, 1000),
    (c, at, scale) =>
      withCase(c, mutant, (prepared) => {
        const n = 1 + at % c.refinement.observations;
        const data = { ...drawStep(prepared), lengths: n }, padded = withOtherPadding(n, prepared, data, scale);
        const before = visible(n, outcome(prepared, data));
        assertAllSame("other padding", visible(n, outcome(prepared, padded)), before);
        assertAllClose("no padding", visible(n, outcome(prepared, firstOnly(n, data))), before);
      }),
  );
}

/** A length in an array of one, which only makes masks and weights, says what the number says, and hides as much. */
function arraysOfOneSayTheSame(mutant: Mutant): fc.IProperty<[Case, number, number]> {
  return fc.property(
    cases({ masks: ["non-causal"] }),
    fc.nat(),
    fc.constantFrom(0, 1, 1000),
    (c, at, scale) =>
      withCase(c, mutant, (prepared) => {
        const n = 1 + at % c.refinement.observations, data = { ...drawStep(prepared), lengths: Int32Array.of(n) };
        const found = visible(n, outcome(prepared, data));
        const padded = withOtherPadding(n, prepared, data, scale);
        assertAllSame("other padding", visible(n, outcome(prepared, padded)), found);
        assertAllClose("a number", visible(n, outcome(prepared, { ...data, lengths: n })), found);
      }),
  );
}

/** Others, and larger, from the n-th observation on. */
function withOtherPadding(n: number, prepared: Prepared, data: StepData, scale: number): StepData {
  const other = drawStep(prepared, 1);
  const padding = (_task: number, observation: number): boolean => observation >= n;
  return {
    ...data,
    x: replaceWhere(data.x, other.x, padding, scale),
    y: replaceWhere(data.y, other.y, padding, scale),
  };
}

/** Everything that is decoded from n observations at most: of causal prefixes the first n. */
function visible(n: number, { candidates, predictions, next }: Outcome): Numbers {
  const first = mapNumbers(
    { ...candidates, predictions },
    (values) => rows(values, 1, range(Math.min(n, values.shape[1]!))),
  );
  return { ...first, ...Object.fromEntries(Object.entries(next).map(([name, values]) => [`next ${name}`, values])) };
}

function firstOnly(n: number, data: StepData): StepData {
  return { ...data, x: rows(data.x, 1, range(n)), y: rows(data.y, 1, range(n)), lengths: "all" };
}

/** Mean gradients over the padding too. */
const meanOverPadding = mutateRegime(({ signal }) => ({
  signal: (weights, state, batch) => signal(weights, state, batch, "all"),
}));

/** The padding is visible. */
const lengthsIgnored: Mutant = (stages) => ({
  ...stages,
  masking: (tokens) => stages.masking({ ...tokens, lengths: "all" }),
});

onHosts("masking keeps all outputs, bit for bit, whatever the padding holds", (numRuns) => {
  fc.assert(paddingNeverMatters(honest), { numRuns });
});

onHosts("lengths in an array of one keep all outputs, bit for bit, whatever the padding holds", (numRuns) => {
  fc.assert(arraysOfOneSayTheSame(honest), { numRuns });
});

onCpu("that property fails when masks ignore the array", () => {
  const read: Mutant = (stages) => ({
    ...stages,
    masking: (tokens) =>
      stages.masking({ ...tokens, lengths: tokens.lengths instanceof Int32Array ? "all" : tokens.lengths }),
  });
  assertCatches(arraysOfOneSayTheSame(read));
});

onCpu("the property of padding fails when masks or mean gradients include the padding", () => {
  assertCatches(paddingNeverMatters(maskNothing));
  assertCatches(paddingNeverMatters(lengthsIgnored, cases({ masks: ["non-causal"] })));
  const mean = (c: Case): boolean => c.refinement.signal.gradient === "mean";
  assertCatches(paddingNeverMatters(meanOverPadding, cases({ masks: ["non-causal"], only: mean })));
});
