/** What `--help` prints. */
export const gpuHelp = `help`;
