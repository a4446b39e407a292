/**
 * What tests import as `fast-check`: the same cases in every run, so that a commit passes the gate or does not. Other
 * cases come with `AMORTIZE_TEST_SEED=N`, and the soak draws its own.
 *
 * @module
 */
import fc from "fast-check-itself";

const seed = Number(Deno.env.get("AMORTIZE_TEST_SEED") ?? 1);

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });

export default fc;
