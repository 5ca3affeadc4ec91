/**
 * `npm run bench -- collect`: what collection costs at 100 TiB: 12 million packs. The accounts in PostgreSQL, with an hour of changes,
 * and the memory of a collection without a database.
 *
 *   npm run bench -- collect --packs 12000000 --chunks 2000000 --segments 100000
 */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import {
  condemnPacks,
  countDropped,
  countWalked,
  listIdlePacks,
  listUnneededNodes,
  listUnwalkedNodes,
  type NodeUse,
  type VaultScope,
  vaultScope,
} from "@kluis/db";
import { createTestDatabase, type TestDatabase } from "@kluis/db/testing";
import setUpServer from "../packages/local-stack/src/vitest-global-setup.ts";
import { IdTable, PackTable } from "../packages/vault/src/id-table.ts";

const MIB = 1024 * 1024;
/** Packs of a segment: 1 GiB in packs of 8 MiB, and packs of later changes. */
const PACKS_PER_SEGMENT = 160;

export async function benchCollect(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      packs: { type: "string", default: "12000000" },
      chunks: { type: "string", default: "1000000" },
      segments: { type: "string", default: "100000" },
      /** Segments that changed in the hour, in the database. */
      changed: { type: "string", default: "2000" },
      "database-packs": { type: "string", default: "1000000" },
    },
  });
  const [packs, segments] = [Number(values.packs), Number(values.segments)];
  console.log(`Without a database: ${packs} packs, ${segments} segments`);
  inMemory(packs, segments);
  const stop = await setUpServer();
  const database = await createTestDatabase();
  try {
    const size = { packs: Number(values["database-packs"]), chunks: Number(values.chunks) };
    await inDatabase(database, { ...size, changed: Number(values.changed) });
  } finally {
    await database.drop();
    await stop();
  }
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

interface Size {
  readonly packs: number;
  readonly chunks: number;
  readonly changed: number;
}

async function inDatabase({ db }: TestDatabase, { packs, chunks, changed }: Size): Promise<void> {
  const { prisma, pool } = db;
  const { id } = await prisma.vault.create({
    data: { id: crypto.randomUUID(), name: "bench", kind: "folder" },
  });
  const scope = await vaultScope(prisma, id);
  await pool.query(
    `INSERT INTO "VaultPack" ("vaultId", "packId", bytes, "idleSince") SELECT $1::uuid, md5(n::text), 8388608, NULL
    FROM generate_series(1, $2::int) n`,
    [id, packs],
  );
  await pool.query(`INSERT INTO "VaultUse" (pack, refs, live) SELECT number, 30, 200000000 FROM "VaultPack"`);
  await pool.query(
    `INSERT INTO "VaultChunk" (digest, vault, pack, "offset", length)
    SELECT substring(sha256(n::text::bytea) for 24), $1::smallint, 1 + n / 12, n % 12 * 700000, 650000 FROM generate_series(1, $2::int) n`,
    [scope.number, chunks],
  );
  await pool.query("ANALYZE");
  const bytes = async (table: string): Promise<number> => {
    const { rows } = await pool.query<{ bytes: string }>(
      `SELECT pg_total_relation_size('"${table}"') AS bytes`,
    );
    return Number(rows[0]?.bytes ?? 0);
  };
  console.log(`In the database: ${packs} packs, ${chunks} chunks`);
  console.log(`  ${((await bytes("VaultChunk")) / chunks).toFixed(0)} bytes a chunk`);
  console.log(
    `  ${(((await bytes("VaultPack")) + (await bytes("VaultUse"))) / packs).toFixed(0)} bytes a pack`,
  );
  await anHour(db.prisma, scope, { packs, changed });
}

type Client = TestDatabase["db"]["prisma"];

/** New versions of segments are counted and old ones subtracted; then the idle packs are read and condemned. */
async function anHour(
  prisma: Client,
  scope: VaultScope,
  { packs, changed }: { readonly packs: number; readonly changed: number },
): Promise<void> {
  const point = "bench";
  await prisma.$executeRaw`
    INSERT INTO "VaultNode" (pack, "offset", length, vault, level, digest, refs, walked, "pointId")
    SELECT n, 8, 1200, ${scope.number}::smallint, 2, sha256(n::text::bytea), CASE WHEN n % 2 = 0 THEN 1 ELSE 0 END, n % 2 = 1, ${point}
    FROM generate_series(1, ${2 * changed}::int) n`;
  const ids = await prisma.vaultPack.findMany({
    where: { number: { lte: Math.min(packs, 200_000) } },
    select: { packId: true },
  });
  const useOf = (node: NodeUse["node"], at: number): NodeUse => ({
    node,
    children: [],
    packs: Array.from({ length: PACKS_PER_SEGMENT }, (_, n) => ({
      pack: ids[(at * PACKS_PER_SEGMENT + n) % ids.length]?.packId ?? "",
      kind: "chunks",
      live: 4 * MIB,
    })),
  });
  const began = performance.now();
  const cpu = process.cpuUsage();
  let [batches, at] = [0, 0];
  for (const [list, count] of [
    [listUnwalkedNodes, countWalked],
    [listUnneededNodes, countDropped],
  ] as const) {
    for (;;) {
      const nodes = await list(prisma, scope, 64);
      if (nodes.length === 0) break;
      const uses = nodes.map((node) => useOf(node, at++));
      await prisma.$transaction((tx) => count(tx, scope, uses), { timeout: 60_000 });
      batches++;
    }
  }
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1_000;
  const rows = 2 * changed * PACKS_PER_SEGMENT;
  console.log(
    `  an hour with ${changed} new and ${changed} old versions of segments: ${seconds.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of processor time in Node, ${batches} transactions, ${rows} counts of packs`,
  );
  const idleBegan = performance.now();
  const idle = await listIdlePacks(prisma, scope, { before: new Date(), keepUntil: null, limit: 20_000 });
  await condemnPacks(prisma, scope, { packs: idle.map(({ number }) => number), before: new Date() });
  console.log(
    `  ${idle.length} idle packs found and condemned in ${(performance.now() - idleBegan).toFixed(0)} ms`,
  );
}
