import { Effect } from "effect";
import { withDeviceFailures } from "../../lib/device/mod.ts";
import { latestRunOf } from "./_run_names.ts";
import { reportContextLength } from "./_context_length.ts";
import { evaluateAndReport } from "./_evaluate_and_report.ts";
import { dataFolderOf, openChosenDevice } from "./_open_run.ts";
import { type Arguments, wholeNumber } from "./_options.ts";
import { runFolderOf } from "./_paths.ts";
import { say } from "./_terminal.ts";
import { UnknownOption } from "../../lib/errors/unknown_option.ts";
import { WrongUse } from "../../lib/errors/wrong_use.ts";

/** `deno task eval`: measures a run on new tasks, beside limits, baselines and controls, and renews its report. */
export default function evaluateCommand(args: Arguments) {
  return Effect.scoped(withDeviceFailures(Effect.gen(function* () {
    const [run] = args.positional;
    const folder = run === undefined ? yield* latestRunOf() : runFolderOf(run);
    const checkpoint = args.value("checkpoint") ?? "best";
    if (checkpoint !== "best" && checkpoint !== "last") {
      return yield* new UnknownOption({ kind: "checkpoint", found: checkpoint, nearest: ["best", "last"] });
    }
    const optional = (name: string, minimum: number) => {
      const text = args.value(name);
      return text === undefined ? Effect.succeed(undefined) : wholeNumber("eval", name, text, minimum);
    };
    const tasks = yield* optional("tasks", 2);
    const steps = yield* optional("steps", 1);
    const seed = yield* optional("seed", 0);
    yield* say(`evaluating ${folder}, checkpoint ${checkpoint}`);
    const { replay } = yield* openChosenDevice(args);
    const miniBatches = yield* optional("context-length", 1);
    if (miniBatches !== undefined) {
      if (steps !== undefined) {
        const problem = "--steps and --context-length both say how far to go";
        return yield* new WrongUse({ command: "deno task eval", problem, remedy: "leave one of them out" });
      }
      return yield* reportContextLength(folder, {
        miniBatches,
        checkpoint,
        replay,
        data: yield* dataFolderOf(args),
        json: args.flag("json"),
        ...(tasks === undefined ? {} : { tasks }),
        ...(seed === undefined ? {} : { seed }),
      });
    }
    return yield* evaluateAndReport(folder, {
      replay,
      json: args.flag("json"),
      data: yield* dataFolderOf(args),
      checkpoint,
      ...(tasks === undefined ? {} : { tasks }),
      ...(steps === undefined ? {} : { steps }),
      ...(seed === undefined ? {} : { seed }),
    });
  })));
}
