import { assertEquals, assertThrows } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";

const text = (line: string) => line.split(" ").filter((word) => word !== "");

Deno.test("parseArgs() reads flags with and without values, and numbers as numbers", () => {
  assertEquals(parseArgs(text("train --seed 7 --rate=1e-3 --hex 0x10 --note=a=b -v -n5 -abc x 3 --on")), {
    _: ["train", 3],
    seed: 7,
    rate: 1e-3,
    hex: 16,
    note: "a=b",
    v: true,
    n: 5,
    a: true,
    b: true,
    c: "x",
    on: true,
  });
});

Deno.test("parseArgs() takes no value for boolean flags, except true and false", () => {
  const options = { boolean: ["json", "help"], default: { help: true } } as const;
  assertEquals(parseArgs(text("--json train"), options), { _: ["train"], json: true, help: true });
  assertEquals(parseArgs(text("--json false --help=false"), options), { _: [], json: false, help: false });
  assertEquals(parseArgs([], options), { _: [], json: false, help: true });
  assertEquals(parseArgs(text("--a b --c=d"), { boolean: true }), { _: ["b"], a: true, c: "d" });
});

Deno.test("parseArgs() keeps the text of string flags", () => {
  const { run, _ } = parseArgs(text("--run 007 08"), { string: ["run", "_"] });
  assertEquals([run, _], ["007", ["08"]]);
  assertEquals(parseArgs(["--run"], { string: "run" }).run, "");
});

Deno.test("parseArgs() collects repeated flags, in order, and otherwise keeps the last", () => {
  const options = { string: ["set", "run"], collect: ["set"] } as const;
  assertEquals(parseArgs(text("--set a=1 --run x --set b=2 --run y"), options), {
    _: [],
    set: ["a=1", "b=2"],
    run: "y",
  });
  assertEquals(parseArgs([], options), { _: [], set: [] });
});

Deno.test("parseArgs() gives a value to all aliases", () => {
  const options = { boolean: ["help"], string: ["run"], alias: { help: "h", run: ["r", "name"] } } as const;
  assertEquals(parseArgs(text("-h --name x"), options), { _: [], help: true, h: true, run: "x", r: "x", name: "x" });
});

Deno.test("parseArgs() negates only negatable flags", () => {
  const options = { boolean: ["color"], negatable: ["color"], default: { color: true } } as const;
  assertEquals(parseArgs(["--no-color"], options), { _: [], color: false });
  assertEquals(parseArgs(["--no-dry"], options), { _: [], color: true, "no-dry": true });
});

Deno.test("parseArgs() asks unknown() about what is not named, and leaves out what it refuses", () => {
  const asked: unknown[] = [];
  const unknown = (...question: unknown[]) => {
    asked.push(question);
    return question[0] !== "--typo=1";
  };
  const args = parseArgs(text("train --seed 7 --typo=1 -x"), { string: ["seed"], unknown });
  assertEquals(asked, [["train"], ["--typo=1", "typo", "1"], ["-x", "x", true]]);
  assertEquals(args, { _: ["train"], seed: "7", x: true });
});

Deno.test("parseArgs() leaves what follows -- unparsed", () => {
  assertEquals(parseArgs(text("-a -- -b 3")), { _: ["-b", "3"], a: true });
  assertEquals(parseArgs(text("x -- -b 3"), { "--": true }), { _: ["x"], "--": ["-b", "3"] });
});

Deno.test("parseArgs() with stopEarly leaves what follows the first positional argument unparsed", () => {
  assertEquals(parseArgs(text("--a 1 run --b 2"), { stopEarly: true }), { _: ["run", "--b", "2"], a: 1 });
});

Deno.test("parseArgs() nests dotted names and reaches no prototype", () => {
  assertEquals(parseArgs(text("--model.width=8 --model.heads 2")), { _: [], model: { width: 8, heads: 2 } });
  parseArgs(text("--__proto__.polluted 1 --constructor.prototype.polluted 1"));
  assertEquals(({} as Record<string, unknown>)["polluted"], undefined);
});

Deno.test("parseArgs() types named flags", () => {
  const args = parseArgs([], { boolean: ["json"], string: ["run", "set"], collect: ["set"], default: { run: "r" } });
  const json: boolean = args.json;
  const run: string = args.run;
  const set: string[] = args.set;
  // @ts-expect-error a boolean flag is no number
  const wrong: number = args.json;
  assertEquals([json, run, set, wrong], [false, "r", [], false]);
});

Deno.test("parseArgs() throws at an alias that is undefined", () => {
  assertThrows(() => parseArgs([], { alias: { a: undefined as unknown as string } }), TypeError);
});
