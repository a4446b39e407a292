import { killedCurveEqualsTheWhole } from "./_kills.ts";

Deno.test("train gives the same curve, bit for bit, over three SIGKILLs and resumes", () =>
  killedCurveEqualsTheWhole(3, 240, 5));
