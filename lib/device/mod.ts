/**
 * Opens what tensors are computed on, says which and why, and tells when it fails.
 * @module
 */
export type { Blas, Gemm } from "./blas.ts";
export { checkDevice, deviceFailure, withDeviceFailures } from "./check_device.ts";
export { Device, type DeviceName } from "./device.ts";
export { backendBytes, tensorCount } from "./memory.ts";
export { readingOf } from "./reading.ts";
export { type DeviceChoice, deviceLayer, type DeviceOptions, openDevice } from "./open_device.ts";
export type { AdapterSource } from "./_open_webgpu.ts";
