/** The memory of a collection without a database, in its own process: `node bench-collect-memory.ts PACKS SEGMENTS`. */
import { randomBytes } from "node:crypto";
import { IdTable, PackTable } from "../packages/vault/src/id-table.ts";
import { PACKS_PER_SEGMENT } from "./bench-collect-size.ts";

const MIB = 1024 * 1024;

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

const [packs = 0, segments = 0] = process.argv.slice(2).map(Number);
inMemory(packs, segments);
