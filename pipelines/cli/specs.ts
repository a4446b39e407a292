import { methodNames } from "../methods.ts";
import type { CommandSpec, OptionSpec } from "./_options.ts";
import { blas, dataFolder, device, replay, workers } from "./_shared_options.ts";

/** What `[RUN]` is where a command takes one. */
const aboutRun = "RUN: a name under runs/, or a path; the run started last where none is named";

const run: OptionSpec = {
  name: "run",
  kind: "value",
  placeholder: "NAME",
  help: "the run: a name under runs/, or a path (a new name; with --resume the pipeline's run started last)",
};

/** `deno task train`. */
export const train: CommandSpec = {
  name: "train",
  summary: "Train a pipeline, evaluate it and write a report.",
  positional: "[PIPELINE | path to a module]",
  maxPositional: 1,
  options: [
    { name: "preset", kind: "value", placeholder: "NAME", help: "named settings of the pipeline (quick)" },
    {
      name: "method",
      kind: "value",
      placeholder: "NAME",
      help: `another method, on top of the preset: ${methodNames.join(", ")}`,
    },
    { name: "set", kind: "list", placeholder: "path=value", help: "change a setting; may be repeated" },
    { name: "seed", kind: "value", placeholder: "N", help: "seed of everything random (0)" },
    dataFolder,
    device,
    blas,
    run,
    { name: "resume", kind: "flag", help: "go on with a run where it stopped" },
    workers,
    replay,
    { name: "print-config", kind: "flag", help: "print the whole configuration and stop" },
    { name: "profile", kind: "flag", help: "time 20 iterations stage by stage and stop" },
  ],
};

/** `deno task eval`. */
export const evaluate: CommandSpec = {
  name: "eval",
  summary: "Evaluate a trained run on new tasks, beside limits, baselines and controls.",
  positional: "[RUN]",
  about: aboutRun,
  maxPositional: 1,
  options: [
    dataFolder,
    device,
    blas,
    replay,
    { name: "checkpoint", kind: "value", placeholder: "best|last", help: "which weights (best)" },
    { name: "tasks", kind: "value", placeholder: "N", help: "evaluation tasks" },
    { name: "steps", kind: "value", placeholder: "N", help: "refinement steps to show" },
    { name: "seed", kind: "value", placeholder: "N", help: "seed of the evaluation tasks (the run's)" },
    {
      name: "context-length",
      kind: "value",
      placeholder: "N",
      help: "instead, draw the error against the context's length, up to N mini-batches",
    },
  ],
};

/** `deno task predict`. */
export const predict: CommandSpec = {
  name: "predict",
  summary: "Predict a column of one CSV file from the rows of another, or order the columns of one, by a trained run.",
  positional: "[RUN]",
  about: aboutRun,
  maxPositional: 1,
  options: [
    {
      name: "context",
      kind: "value",
      placeholder: "CSV",
      help:
        "rows with the target, of any length; a run of topological-order takes no more than this, every column a node",
    },
    { name: "query", kind: "value", placeholder: "CSV", help: "rows to predict, with the same columns" },
    { name: "target", kind: "value", placeholder: "NAME", help: "the column to predict; all others are features" },
    {
      name: "state",
      kind: "value",
      placeholder: "FILE",
      help: "go on from this state, if it is there, and save it after",
    },
    { name: "out", kind: "value", placeholder: "FILE", help: "where to write (RUN/predictions/, named as the query)" },
    {
      name: "checkpoint",
      kind: "value",
      placeholder: "best|last|previous",
      help: "which weights (best; where it is corrupt the newest that is not)",
    },
    { name: "average", kind: "value", placeholder: "on|off", help: "average late states: steadies long contexts (on)" },
    device,
    blas,
    replay,
  ],
};

/** `deno task export`. */
export const exportRun: CommandSpec = {
  name: "export",
  summary: "Write a run's weights alone, as safetensors with the configuration in the metadata.",
  positional: "[RUN]",
  about: aboutRun,
  maxPositional: 1,
  options: [
    { name: "out", kind: "value", placeholder: "FILE", help: "where to write (RUN/weights.safetensors)" },
    { name: "checkpoint", kind: "value", placeholder: "best|last", help: "which weights (best)" },
  ],
};

/** `deno task report`. */
export const report: CommandSpec = {
  name: "report",
  summary: "Write a self-contained HTML report of one run, or of several side by side.",
  positional: "[RUN …]",
  about: aboutRun,
  maxPositional: 64,
  options: [
    { name: "out", kind: "value", placeholder: "FILE", help: "where to write, under runs/ (the run's folder)" },
    {
      name: "figure",
      kind: "value",
      placeholder: "FILE",
      help: "write the first run's error per step as SVG, and nothing else",
    },
  ],
};

/** `deno task table`. */
export const table: CommandSpec = {
  name: "table",
  summary: "Train and fill a table of the paper: parametric, explicit or implicit. Goes on where it stopped.",
  positional: "NAME",
  maxPositional: 1,
  options: [
    { name: "size", kind: "value", placeholder: "quick|small|paper", help: "how large its models are (quick)" },
    {
      name: "only",
      kind: "value",
      placeholder: "TEXT",
      help: "only these trainings: a name, or whole parts of names such as data-1 or mnist",
    },
    { name: "list", kind: "flag", help: "list the trainings with how far each is, and stop" },
    { name: "show", kind: "flag", help: "train nothing: write what is there" },
    { name: "seed", kind: "value", placeholder: "N", help: "seed of everything random (0)" },
    dataFolder,
    device,
    blas,
    workers,
    replay,
  ],
};

/** `deno task ablate`. */
export const ablate: CommandSpec = {
  ...table,
  name: "ablate",
  summary:
    "Train, tabulate and draw an ablation: history, implicit-state, masking, residual, decoders or runtime. Goes on where " +
    "it stopped.",
};

/** `deno task data`. */
export const data: CommandSpec = {
  name: "data",
  summary: "Download data sets and verify them: mnist, fashion-mnist.",
  positional: "NAME …",
  maxPositional: 8,
  options: [
    { name: "data", kind: "value", placeholder: "DIR", help: "the folder to write them into (data)" },
    { name: "from", kind: "value", placeholder: "URL", help: "another folder on the web to take the files from" },
  ],
};

/** `deno task list`. */
export const list: CommandSpec = {
  name: "list",
  summary: "List pipelines with their presets, and runs.",
  positional: "",
  maxPositional: 0,
  options: [],
};
