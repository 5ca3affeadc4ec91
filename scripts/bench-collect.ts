/**
 * `npm run bench -- collect`: what collection costs at 100 TiB: 12 million packs. The accounts in PostgreSQL, with an hour of changes,
 * and the memory of a collection without a database.
 *
 *   npm run bench -- collect --packs 12000000 --chunks 2000000 --segments 100000
 */
import { execFileSync } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";
import setUpServer from "../packages/local-stack/src/vitest-global-setup.ts";
import { collectHours } from "./bench-collect-hours.ts";

export async function benchCollect(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      packs: { type: "string", default: "12000000" },
      chunks: { type: "string", default: "1000000" },
      segments: { type: "string", default: "100000" },
      /** Segments that changed in each hour, in the database. */
      changed: { type: "string", default: "0,250,1000,4000" },
      "database-packs": { type: "string", default: "12000000" },
    },
  });
  const [packs, segments] = [Number(values.packs), Number(values.segments)];
  const stop = await setUpServer();
  try {
    const size = { packs: Number(values["database-packs"]), chunks: Number(values.chunks) };
    await collectHours({ ...size, hours: values.changed.split(",").map(Number) });
  } finally {
    await stop();
  }
  console.log(`Without a database: ${packs} packs, ${segments} segments`);
  // In its own process: the most memory that one had counts all that it did before.
  const program = path.join(import.meta.dirname, "bench-collect-memory.ts");
  execFileSync(process.execPath, [program, String(packs), String(segments)], { stdio: "inherit" });
}
