/** The part of csv-parse that is used. */
export function parse(options: {
  readonly info: true;
  readonly skip_empty_lines: true;
  readonly max_record_size: number;
}): import("node:stream").Duplex;
