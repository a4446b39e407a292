import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Effect } from "effect";
import * as tf from "@tensorflow/tfjs";
import { compile, type TensorFunction, type Tensors } from "../../lib/capture/mod.ts";
import type { CaptureRefused } from "../../lib/errors/capture_refused.ts";
import { registerKernels } from "../../lib/kernels/mod.ts";
import { assertNoLeak, normals, onEveryBackend, tensorOf } from "../backends.ts";

const backends = ["wasm", "webgpu"] as const;

function inputsOf(seed: number): Tensors {
  return { x: tensorOf(normals(seed, [4, 3])[0]!) };
}

/** Why a function is refused; nothing leaks. */
function refusal(fn: TensorFunction): Promise<CaptureRefused> {
  return assertNoLeak(async () => {
    const examples = [inputsOf(1), inputsOf(2)] as const;
    const refused = await Effect.runPromise(Effect.flip(compile("it", fn, examples)));
    tf.dispose(examples as unknown as tf.NamedTensorMap[]);
    return refused;
  });
}

/** What a function hides from its recording, which kernel or op the refusal names, and what it says of it. */
interface Mutant {
  readonly make: () => TensorFunction;
  /** By backend, parts of `where`. */
  readonly where: Readonly<Record<"wasm" | "webgpu", readonly string[]>>;
  readonly found: Readonly<Record<"wasm" | "webgpu", string>>;
}

/** An op of tfjs that draws numbers. */
function drawing(op: string, draw: (x: tf.Tensor) => tf.Tensor): Mutant {
  const where = [`tf.${op}`], found = "it draws numbers";
  return {
    make: () => ({ x }) => ({ x: draw(x!) }),
    where: { wasm: where, webgpu: where },
    found: { wasm: found, webgpu: found },
  };
}

const mutants: Readonly<Record<string, Mutant>> = {
  "a learning rate that is a number": {
    make: () => {
      let rate = 0.1;
      return ({ x }) => ({ x: x!.sub(x!.square().mul(rate *= 0.5)) });
    },
    where: { wasm: ["kernel 1, Multiply, input b []"], webgpu: ["command 1, BinaryOpProgram, binding 2"] },
    found: { wasm: "its constant numbers change", webgpu: "the constant differs: 0.0" },
  },
  "a slice that moves": {
    make: () => {
      let at = 0;
      return ({ x }) => ({ x: x!.slice([at++ % 2, 0], [1, 3]) });
    },
    where: { wasm: ["kernel 0, Slice"], webgpu: ["command 0, SliceProgram, binding 2"] },
    found: { wasm: "attribute begin is [0,0], then [1,0]", webgpu: "the uniform differs: 0, then 1" },
  },
  "dropout without a seed": drawing("dropout", (x) => tf.dropout(x, 0.5)),
  "dropout with a fixed seed": drawing("dropout", (x) => tf.dropout(x, 0.5, undefined, "7")),
  "uniform numbers": drawing("randomUniform", (x) => x.add(tf.randomUniform([4, 3]))),
  "uniform numbers of a fixed seed": drawing(
    "randomUniform",
    (x) => x.add(tf.randomUniform([4, 3], 0, 1, "float32", 7)),
  ),
  "normal numbers of a fixed seed": drawing("randomNormal", (x) => x.add(tf.randomNormal([4, 3], 0, 1, "float32", 7))),
  "cut normal numbers of a fixed seed": drawing(
    "truncatedNormal",
    (x) => x.add(tf.truncatedNormal([4, 3], 0, 1, "float32", 7)),
  ),
  "drawn classes of a fixed seed": drawing("multinomial", (x) => tf.multinomial(x as tf.Tensor2D, 2, 7).toFloat()),
};

onEveryBackend(
  "compile() refuses what a replay would keep, and names the kernel and what it is bound to",
  async ({ name }) => {
    for (const [what, { make, where, found }] of Object.entries(mutants)) {
      const refused = await refusal(make()), backend = name as "wasm" | "webgpu";
      for (const part of where[backend]) assertStringIncludes(refused.where, part, what);
      assertStringIncludes(refused.found, found[backend], what);
      assert(refused.remedy.length > 0 && refused.captured === "it", what);
    }
  },
  { backends, kernels: registerKernels },
);

onEveryBackend("compile() looks at names of ops, not of a person's own tidies, and lets draws be after", async () => {
  const examples = [inputsOf(1), inputsOf(2)] as const;
  const named: TensorFunction = ({ x }) => ({ x: tf.tidy("dropout of nothing", () => x!.neg()) });
  const compiled = await Effect.runPromise(compile("it", named, examples));
  compiled.dispose();
  await refusal(mutants["dropout with a fixed seed"]!.make());
  assertEquals(tf.dropout(examples[0]["x"]!, 0.5, undefined, "7").shape, [4, 3]);
}, { backends, kernels: registerKernels });

onEveryBackend(
  "compile() refuses a tf.Variable from outside, promises, bare tensors and reads, and says which",
  async () => {
    const variable = tf.variable(tf.tensor1d([1, 2, 3]), true, "offset");
    const cases: readonly (readonly [fn: unknown, part: string])[] = [
      [({ x }: Tensors) => ({ y: x!.add(variable) }), "tf.Variable offset"],
      [({ x }: Tensors) => Promise.resolve({ y: x!.neg() }), "a promise"],
      [({ x }: Tensors) => x!.neg(), "tensors by name"],
      [() => undefined, "tensors by name"],
      [({ x }: Tensors) => ({ y: x!.mul(x!.neg().dataSync()[0]!) }), "read"],
    ];
    for (const [fn, part] of cases) {
      const refused = await Effect.runPromise(
        Effect.flip(compile("it", fn as TensorFunction, [inputsOf(1), inputsOf(2)])),
      );
      assertStringIncludes(refused.message, part);
    }
    const one = inputsOf(1), fn: TensorFunction = ({ x }) => ({ y: x!.neg() });
    assertStringIncludes(
      (await Effect.runPromise(Effect.flip(compile("it", fn, [one, one])))).message,
      "the same tensors",
    );
    const examples = [{ ...inputsOf(1), offset: variable }, { ...inputsOf(2), offset: tf.ones([3]) }] as const;
    const compiled = await Effect.runPromise(compile("it", ({ x, offset }) => ({ y: x!.add(offset!) }), examples));
    compiled.dispose();
    variable.dispose();
  },
  { backends },
);

onEveryBackend("a recording says which input is missing or of another type, and that it was disposed", async () => {
  const compiled = await Effect.runPromise(compile("it", ({ x }) => ({ y: x!.neg() }), [inputsOf(1), inputsOf(2)]));
  const message = (inputs: Tensors): string => assertThrows(() => compiled.run(inputs), Error).message;
  assertStringIncludes(message({}), "input x, which is missing");
  assertStringIncludes(message({ x: tf.ones([4, 3], "int32") }), "input x of int32");
  assertStringIncludes(message({ x: tf.ones([3, 3]) }), "[3, 3]");
  compiled.dispose();
  assertStringIncludes(message(inputsOf(3)), "disposed");
}, { backends });
