// See _csv_parse.ts.
// @ts-types="./_csv_stringify.d.ts"
export { stringify } from "csv-stringify/sync";
