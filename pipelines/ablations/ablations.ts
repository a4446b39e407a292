/** Ablations by name: `deno task ablate NAME`. */
import type { TableSize } from "../tables/definition.ts";
import { decoders } from "./decoders.ts";
import type { AblationDefinition } from "./definition.ts";
import { history } from "./history.ts";
import { implicitState } from "./implicit_state.ts";
import { masking } from "./masking.ts";
import { residual } from "./residual.ts";
import { runtime } from "./runtime.ts";

/** Each ablation at a size. */
export const ablations: Readonly<Record<string, (size: TableSize) => AblationDefinition>> = {
  history,
  "implicit-state": implicitState,
  masking,
  residual,
  decoders,
  runtime,
};
