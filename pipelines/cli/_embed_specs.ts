import type { CommandSpec } from "./_options.ts";
import { blas, dataFolder, device } from "./_shared_options.ts";

/** `deno task embed`. */
export const embed: CommandSpec = {
  name: "embed",
  summary: "Embed images with a model such as DINOv2: a folder of class folders, or CIFAR's .bin files.",
  positional: "SOURCE …",
  maxPositional: 64,
  options: [
    { name: "model", kind: "value", placeholder: "DIR|NAME", help: "a folder of a model in ONNX format, or its name" },
    { name: "out", kind: "value", placeholder: "FILE", help: "the file to write, such as data/NAME/train.safetensors" },
    { name: "batch", kind: "value", placeholder: "N", help: "images at once (32)" },
    { name: "models", kind: "value", placeholder: "DIR", help: "where fetched models are kept (data/models)" },
    { name: "from", kind: "value", placeholder: "URL", help: "another host to fetch the model from" },
  ],
};

/** `deno task embed:fashion`. */
export const embedFashion: CommandSpec = {
  name: "embed:fashion",
  summary: "Train a small network on some classes of Fashion-MNIST; embed Fashion-MNIST and MNIST with it.",
  positional: "",
  maxPositional: 0,
  options: [
    dataFolder,
    { name: "out", kind: "value", placeholder: "DIR", help: "where to write (the folder of data sets)" },
    { name: "epochs", kind: "value", placeholder: "N", help: "times that the network sees each image (6)" },
    device,
    blas,
  ],
};
