/**
 * Families of tasks: how tasks are drawn and observed, what they are measured in, and what nobody can beat on them.
 *
 * @module
 */
export { LinearRegression, linearRegression, type LinearTask } from "./linear_regression.ts";
