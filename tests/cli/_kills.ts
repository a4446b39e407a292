import { assert, assertEquals } from "@std/assert";
import { cli, cliKilled, curve, tiny } from "./_cli.ts";

/** Kills a training so many times at moments all over an iteration, resumes it, and compares with one never killed. */
export async function killedCurveEqualsTheWhole(kills: number, iterations: number, seed: number): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const settings = [...tiny, "--set", `training.iterations=${iterations}`, "--seed", String(seed)];
    const whole = `${folder}/whole`, killed = `${folder}/killed`;
    const { code, stderr } = await cli(["train", "--run", whole, ...settings], folder);
    assertEquals(code, 0, stderr);
    let struck = 0;
    for (let i = 0; i < kills; i++) {
      const start = i === 0 ? ["train", "--run", killed, ...settings] : ["train", "--resume", "--run", killed];
      const lines = Math.floor((i + 1) * iterations / 3 / (kills + 1));
      // SIGKILL cannot be caught: whatever was being written stays as it was at that moment.
      const when = { file: `${killed}/metrics.jsonl`, lines, extraMs: (i * 37) % 60 };
      const result = await cliKilled(start, folder, when, "SIGKILL");
      if (result.code !== 0) struck++;
    }
    assert(struck > 0, "no kill struck while the training ran");
    const resumed = await cli(["train", "--resume", "--run", killed], folder);
    assertEquals(resumed.code, 0, resumed.stderr);
    assertEquals(curve(killed), curve(whole));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
