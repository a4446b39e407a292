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
        const data = { ...drawStep(prepared), lengths: n }, other = drawStep(prepared, 1);
        const padding = (_task: number, observation: number): boolean => observation >= n;
        const padded = {
          ...data,
          x: replaceWhere(data.x, other.x, padding, scale),
          y: replaceWhere(data.y, other.y, padding, scale),
        };
        const before = visible(n, outcome(prepared, data));
        assertAllSame("other padding", visible(n, outcome(prepared, padded)), before);
        assertAllClose("no padding", visible(n, outcome(prepared, firstOnly(n, data))), before);
      }),
  );
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

onCpu("that property fails when masks or mean gradients include the padding", () => {
  assertCatches(paddingNeverMatters(maskNothing));
  assertCatches(paddingNeverMatters(lengthsIgnored, cases({ masks: ["non-causal"] })));
  const mean = (c: Case): boolean => c.refinement.signal.gradient === "mean";
  assertCatches(paddingNeverMatters(meanOverPadding, cases({ masks: ["non-causal"], only: mean })));
});
