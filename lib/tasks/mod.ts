/** Families of tasks. @module */
export { LinearRegression, linearRegression, type LinearTask } from "./linear_regression.ts";
