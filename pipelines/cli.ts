/** The command line: a command of `specs.ts` each. Heavy imports wait until a command needs them. */
import { Effect } from "effect";
import { permissionHint } from "./cli/_full_command.ts";
import { helpOf, parseCommand } from "./cli/_options.ts";
import type { CommandSpec } from "./cli/_options.ts";
import { runMain } from "./cli/_run_main.ts";
import { print, say } from "./cli/_terminal.ts";
import { embed, embedFashion } from "./cli/_embed_specs.ts";
import * as specs from "./cli/specs.ts";

const commands: Readonly<Record<string, { readonly spec: CommandSpec; readonly load: () => Promise<CommandModule> }>> =
  {
    train: { spec: specs.train, load: () => import("./cli/train.ts") },
    eval: { spec: specs.evaluate, load: () => import("./cli/evaluate.ts") },
    predict: { spec: specs.predict, load: () => import("./cli/predict.ts") },
    export: { spec: specs.exportRun, load: () => import("./cli/export.ts") },
    report: { spec: specs.report, load: () => import("./cli/report.ts") },
    table: { spec: specs.table, load: () => import("./cli/table.ts") },
    ablate: { spec: specs.ablate, load: () => import("./cli/ablate.ts") },
    data: { spec: specs.data, load: () => import("./cli/data.ts") },
    embed: { spec: embed, load: () => import("./cli/embed.ts") },
    "embed:fashion": { spec: embedFashion, load: () => import("./cli/embed_fashion.ts") },
    list: { spec: specs.list, load: () => import("./cli/list.ts") },
  };

interface CommandModule {
  readonly default: (args: import("./cli/_options.ts").Arguments) => Effect.Effect<unknown, Error>;
}

/** Errors of use end the process with 2, others with 1. */
const wrongUse = new Set(["WrongUse", "UnknownOption", "InvalidConfiguration", "UnevenShards"]);

const [name, ...argv] = Deno.args;
const command = commands[name ?? ""];

const program = Effect.gen(function* () {
  if (command === undefined) {
    const known = Object.values(commands).map(({ spec }) => `  ${spec.name.padEnd(15)}${spec.summary}`).join("\n");
    yield* say(`usage: deno task COMMAND [options]\n\n${known}\n\ndeno task COMMAND --help tells more.`);
    return yield* Effect.sync(() => Deno.exitCode = name === undefined || name === "--help" ? 0 : 2);
  }
  const args = yield* parseCommand(command.spec, argv);
  if (args.flag("help")) return yield* print(helpOf(command.spec));
  const module = yield* Effect.promise(command.load);
  yield* module.default(args);
}).pipe(
  Effect.catch((error: Error & { readonly _tag?: string }) =>
    Effect.andThen(
      say(`error: ${error.message}${permissionHint(error)}`),
      Effect.sync(() => Deno.exitCode = wrongUse.has(error._tag ?? "") ? 2 : 1),
    )
  ),
);

runMain(program);
