/**
 * `npm run bench -- collect`: what collection costs at 100 TiB: 12 million packs. The accounts in PostgreSQL, with an hour of changes,
 * and the memory of a collection without a database.
 *
 *   npm run bench -- collect --packs 12000000 --chunks 2000000 --segments 100000
 */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import setUpServer from "../packages/local-stack/src/vitest-global-setup.ts";
import { IdTable, PackTable } from "../packages/vault/src/id-table.ts";
import { collectHours, PACKS_PER_SEGMENT } from "./bench-collect-hours.ts";

const MIB = 1024 * 1024;

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
  // First: its memory is that of the whole process.
  const stop = await setUpServer();
  try {
    const size = { packs: Number(values["database-packs"]), chunks: Number(values.chunks) };
    await collectHours({ ...size, hours: values.changed.split(",").map(Number) });
  } finally {
    await stop();
  }
  console.log(`Without a database: ${packs} packs, ${segments} segments`);
  inMemory(packs, segments);
}

function inMemory(packs: number, segments: number): void {
  const began = process.cpuUsage();
  const table = new PackTable();
  const ids: string[] = [];
  for (let n = 0; n < packs; n++) {
    const id = randomBytes(16).toString("hex");
    table.addStored(id, { isNodes: false, bytes: 8 * MIB });
    // Every version of a segment names packs of this sample: their ids are not what is measured.
    if (n % 12 === 0 && ids.length < 100_000) ids.push(id);
  }
  const seen = new IdTable(20);
  for (let segment = 0; segment < segments; segment++) {
    seen.add(randomBytes(20));
    for (let n = 0; n < PACKS_PER_SEGMENT; n++)
      table.name(ids[(segment * PACKS_PER_SEGMENT + n) % ids.length] ?? "", 4 * MIB);
  }
  let free = 0;
  for (const pack of table.stored()) if (!pack.isNamed) free++;
  const { user, system } = process.cpuUsage(began);
  const rss = process.resourceUsage().maxRSS / 1024;
  console.log(
    `  ${((user + system) / 1e6).toFixed(1)} s of processor time, ${rss.toFixed(0)} MiB at most, ${free} free`,
  );
}
