/**
 * Writes the table of procedures in CONTRACT.md from the router; with `--check`, exits with 1 when it differs.
 * `node packages/api/scripts/contract.ts [--check]`
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { withProcedureTable } from "../src/contract-table.ts";

const file = path.resolve(import.meta.dirname, "../CONTRACT.md");
const before = readFileSync(file, "utf8");
const after = withProcedureTable(before);
if (process.argv.includes("--check")) {
  if (before !== after) {
    process.stderr.write("CONTRACT.md differs from the router: run node packages/api/scripts/contract.ts\n");
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, after);
}
