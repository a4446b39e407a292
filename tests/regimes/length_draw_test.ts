import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { lengthDrawOf } from "../../lib/regimes/regime_of.ts";

Deno.test("lengthDrawOf() draws as regime and mask want, and shows all where told to", () => {
  assertEquals(lengthDrawOf({ regime: "implicit", mask: "causal", lengths: "drawn" }), "per-query");
  assertEquals(lengthDrawOf({ regime: "parametric", mask: "causal", lengths: "drawn" }), "all");
  fc.assert(
    fc.property(
      fc.constantFrom("parametric", "explicit", "implicit"),
      fc.constantFrom("causal", "non-causal"),
      (regime, mask) => {
        assertEquals(lengthDrawOf({ regime, mask, lengths: "all" }), "all");
        if (mask === "non-causal") assertEquals(lengthDrawOf({ regime, mask, lengths: "drawn" }), "one");
      },
    ),
  );
});
