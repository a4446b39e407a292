import { checkUnshared } from "../unshared.ts";
import { sizeOf } from "../kernel.ts";
import { type WebgpuKernel, webgpuKernel } from "./kernel.ts";
import { float } from "./literal.ts";

/** Threads of the one work-group. */
const threads = 64;

type Inputs = "losses" | "norm" | "factors" | "lossMeans" | "halted";

/**
 * A step's clipping, means and guard: see the op. `lossMeans` and `halted` change in place; results are Adam's numbers
 * `[8]` and the report. Bits decide what is finite, since WGSL lets a compiler assume that all numbers are. Throws
 * `SharedBuffer`, before anything is queued, where another tensor holds what would change.
 */
const guardStep = webgpuKernel<Inputs, { readonly shards: number; readonly clip: number; readonly decay: number }>(
  "AmortizeGuardStep",
  (shop, { losses, norm, factors, lossMeans, halted }, { shards, clip, decay }) => {
    checkUnshared(shop.backend, "AmortizeGuardStep", "lossMeans", lossMeans);
    checkUnshared(shop.backend, "AmortizeGuardStep", "halted", halted);
    const count = sizeOf(losses), step = shop.output(8), report = shop.output(count + 2);
    shop.run({
      key: `guardStep ${count} ${shards} ${clip} ${decay}`,
      reads: { losses, norm, factors },
      writes: { lossMeans, halted, step, report },
      threads,
      groups: 1,
      text: () =>
        `var<workgroup> finite: array<u32, ${threads}>;
fn isFinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }
fn run(group: u32, lane: u32) {
  let size = norm[0] / ${float(shards)};
  var own = isFinite(size) && halted[0] == 0.0;
  for (var i = lane; i < ${count}u; i += ${threads}u) { own = own && isFinite(losses[i]); }
  finite[lane] = select(0u, 1u, own);
  workgroupBarrier();
  var all = true;
  for (var i = 0u; i < ${threads}u; i++) { all = all && finite[i] == 1u; }
  for (var i = lane; i < ${count}u; i += ${threads}u) {
    let loss = losses[i] / ${float(shards)};
    report[i] = loss;
    if (all) { lossMeans[i] = lossMeans[i] * ${float(decay)} + loss * ${float(1 - decay)}; }
  }
  if (lane != 0u) { return; }
  for (var i = 0u; i < 7u; i++) { step[i] = factors[i]; }
  var scale = 1.0;
  ${clip > 0 ? `if (size > ${float(clip)}) { scale = ${float(clip)} / size; }` : ""}
  step[7] = select(0.0, scale / ${float(shards)}, all);
  halted[0] = select(1.0, 0.0, all);
  report[${count}] = size;
  report[${count + 1}] = halted[0];
}`,
    });
    return [step, report];
  },
);

/** What guards a step. */
export const guardStepKernels: readonly WebgpuKernel[] = [guardStep];
