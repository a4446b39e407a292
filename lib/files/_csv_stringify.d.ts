/** The part of csv-stringify that is used. */
export function stringify(rows: readonly (readonly string[])[]): string;
