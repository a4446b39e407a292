/**
 * Times the default pipeline's iteration replayed and eager, in turn in one process:
 * `replay_pairs.ts off|auto [PAIRS] [path=value …]` prints one line of JSON. Both run the same iterations, with the same losses.
 */
import { iterations } from "./_iterations.ts";
import { median } from "./_measure.ts";
import { openWasm } from "./_open_wasm.ts";

if (import.meta.main) {
  const [blas = "off", pairs = "60", ...set] = Deno.args;
  const products = await openWasm(blas);
  const eager = await iterations({ blas, workers: 1, replay: "off", set });
  const replayed = await iterations({ blas, workers: 1, replay: "auto", set });
  const times: { readonly eager: number; readonly replayed: number }[] = [];
  let differing = 0;
  for (let i = 0; i < Number(pairs) + 10; i++) {
    const one = await timed(eager), other = await timed(replayed);
    if (one.loss !== other.loss) differing++;
    if (i >= 10) times.push({ eager: one.ms, replayed: other.ms }); // recording and warm-up before
  }
  console.log(JSON.stringify({
    products,
    eager: median(times.map(({ eager }) => eager)),
    replayed: median(times.map(({ replayed }) => replayed)),
    ratio: median(times.map(({ eager, replayed }) => eager / replayed)),
    differing,
  }));
}

async function timed(step: () => number | Promise<number>): Promise<{ readonly ms: number; readonly loss: number }> {
  const started = performance.now();
  const loss = await step();
  return { ms: performance.now() - started, loss };
}
