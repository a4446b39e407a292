import { killedCurveEqualsTheWhole } from "../cli/_kills.ts";

Deno.test("train gives the same curve, bit for bit, over twenty SIGKILLs and resumes", () =>
  killedCurveEqualsTheWhole(20, 1200, 11));
