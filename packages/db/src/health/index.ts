export { listPartHealth, type PartHealthRow, setPartHealth } from "./health.ts";
