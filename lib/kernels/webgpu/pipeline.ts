import type { TensorInfo } from "@tensorflow/tfjs";
import { gridOf, type Program, rowOfGroups } from "./program.ts";

/** A compiled program and how its tensors are bound. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const pipelines = new WeakMap<GPUDevice, Map<string, Pipeline>>();

/** The pipeline of a program on a device, compiled at its first use. */
export function pipelineOf(device: GPUDevice, program: Program): Pipeline {
  let known = pipelines.get(device);
  if (known === undefined) pipelines.set(device, known = new Map());
  const key = `${program.key} ${
    Object.entries(program.reads).map(([name, tensor]) => elementOf(program, name, tensor))
  }`;
  let found = known.get(key);
  if (found === undefined) known.set(key, found = compile(device, program));
  return found;
}

function compile(device: GPUDevice, program: Program): Pipeline {
  const entries = [...Object.keys(program.reads), ...Object.keys(program.writes)].map((name, binding) => ({
    binding,
    visibility: 4, // GPUShaderStage.COMPUTE
    buffer: { type: name in program.writes ? "storage" as const : "read-only-storage" as const },
  }));
  const layout = device.createBindGroupLayout({ entries });
  const module = device.createShaderModule({ code: textOf(program) });
  const pipeline = device.createComputePipeline({
    label: program.key,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: "main" },
  });
  return { pipeline, layout };
}

/** The whole WGSL: bindings, the program's own text, and the entry that numbers groups along a grid of rows. */
export function textOf(program: Program): string {
  const { reads, writes, threads, groups, text } = program;
  const binding = (access: string, first: number) => ([name, tensor]: [string, TensorInfo], i: number): string =>
    `@group(0) @binding(${first + i}) var<storage, ${access}> ${name}: array<${elementOf(program, name, tensor)}>;`;
  const [x, y] = gridOf(groups), guard = x * y > groups ? `if (group >= ${groups}u) { return; }` : "";
  return [
    ...Object.entries(reads).map(binding("read", 0)),
    ...Object.entries(writes).map(binding("read_write", Object.keys(reads).length)),
    text(),
    `@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = place.y * ${rowOfGroups}u + place.x;
  ${guard}
  run(group, lane);
}`,
  ].join("\n");
}

/** How WGSL sees an entry of a tensor: tfjs keeps booleans as whole numbers of 32 bits. */
function elementOf({ fours }: Program, name: string, { dtype }: TensorInfo): string {
  if (fours?.includes(name)) return "vec4f";
  return dtype === "float32" ? "f32" : "i32";
}
