/** What numbers were measured on. */
export interface Environment {
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly system: string;
  readonly deno: string;
  /** Mean number of running programs over 1, 5 and 15 minutes. */
  readonly load: readonly number[];
}

/** The machine now. */
export function environment(): Environment {
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " ") + " UTC",
    processor: processor(),
    cores: navigator.hardwareConcurrency,
    system: `${Deno.build.os} ${Deno.osRelease()}, ${Deno.build.arch}`,
    deno: Deno.version.deno,
    load: Deno.loadavg(),
  };
}

function processor(): string {
  try {
    const text = Deno.readTextFileSync("/proc/cpuinfo");
    const of = (name: string): string => new RegExp(`^${name}\\s*: (.*)$`, "m").exec(text)?.[1] ?? "?";
    const wide = of("flags").includes("avx512f") ? ", AVX-512" : "";
    return `${of("model name")} (family ${of("cpu family")}, model ${of("model")}${wide})`;
  } catch {
    return "unknown processor";
  }
}
