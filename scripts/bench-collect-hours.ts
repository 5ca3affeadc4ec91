/** Hours of a vault with millions of packs: what a pass of its collection sends to PostgreSQL, and the rows that it reads and writes. */
import { createHash } from "node:crypto";
import { type NodeUse, openDatabase, type PackRow, type VaultScope, vaultScope } from "@kluis/db";
import {
  createTestDatabase,
  openWatchedDatabase,
  rowsRead,
  scansOf,
  type TestDatabase,
} from "@kluis/db/testing";
import { databasePort } from "../packages/engine/src/upkeep/collect/database.ts";
import { collectPass } from "../packages/engine/src/upkeep/collect/pass.ts";
import { PACKS_PER_SEGMENT } from "./bench-collect-size.ts";

const MIB = 1024 * 1024;
const GRACE_MS = 2 * 3_600_000;

export interface HoursOptions {
  readonly packs: number;
  readonly chunks: number;
  /** Segments with a new version, one number for each hour. */
  readonly hours: readonly number[];
}

/** Prints a line for each hour. */
export async function collectHours({ packs, chunks, hours }: HoursOptions): Promise<void> {
  await using database = await createTestDatabase();
  const began = performance.now();
  const scope = await fill(database, { packs, chunks });
  console.log(`In the database: ${packs} packs, ${chunks} chunks, ${secondsSince(began)} s to fill`);
  await printSizes(database, { packs, chunks });
  for (const [hour, changed] of hours.entries()) {
    await change(database, scope, { hour, changed });
    const cost = await onePass(database, scope, packs);
    console.log(`  ${changed} new and ${changed} old versions of segments: ${cost}`);
  }
}

async function fill(
  { db: { prisma, pool } }: TestDatabase,
  { packs, chunks }: Pick<HoursOptions, "packs" | "chunks">,
): Promise<VaultScope> {
  const { id } = await prisma.vault.create({
    data: { id: crypto.randomUUID(), name: "bench", kind: "folder" },
  });
  const scope = await vaultScope(prisma, id);
  const filled = [
    `INSERT INTO "VaultPack" ("vaultId", "packId", bytes, "createdAt", "idleSince")
      SELECT '${id}'::uuid, md5(n::text), 8388608, kluis_now() - interval '30 days', NULL FROM generate_series(1, ${packs}) n`,
    `INSERT INTO "VaultUse" (pack, refs, live) SELECT number, 30, 200000000 FROM "VaultPack"`,
    `INSERT INTO "VaultChunk" (digest, vault, pack, "offset", length)
      SELECT substring(sha256(n::text::bytea) for 24), ${scope.number}::smallint, 1 + n / 12, n % 12 * 700000, 650000
      FROM generate_series(1, ${chunks}) n`,
    "VACUUM ANALYZE",
  ];
  for (const text of filled) await pool.query(text);
  return scope;
}

async function printSizes(
  { db: { pool } }: TestDatabase,
  { packs, chunks }: Pick<HoursOptions, "packs" | "chunks">,
): Promise<void> {
  const bytes = async (table: string): Promise<number> => {
    const { rows } = await pool.query<{ bytes: string }>(
      `SELECT pg_total_relation_size('"${table}"') AS bytes`,
    );
    return Number(rows[0]?.bytes ?? 0);
  };
  const ofPacks = (await bytes("VaultPack")) + (await bytes("VaultUse"));
  const ofChunks = await bytes("VaultChunk");
  console.log(
    `  ${(ofPacks / packs).toFixed(0)} bytes a pack, ${(ofChunks / chunks).toFixed(0)} bytes a chunk`,
  );
}

/** New versions of segments, old ones that nothing names, and as many packs that are idle, and that were condemned. */
async function change(
  { url }: TestDatabase,
  { number }: VaultScope,
  { hour, changed }: { readonly hour: number; readonly changed: number },
): Promise<void> {
  // What a session read is in the statistics at its end.
  const db = await openDatabase({ url });
  await db.pool.query(
    `INSERT INTO "VaultNode" (pack, "offset", length, vault, level, digest, refs, walked, "pointId")
    SELECT n, $3::int, 1200, $1::smallint, 2, substring(sha256(n::text::bytea) for 24),
      CASE WHEN n % 2 = 0 THEN 1 ELSE 0 END, n % 2 = 1, 'bench' FROM generate_series(1, 2 * $2::int) n`,
    [number, changed, 8 + hour * 2_000],
  );
  const [idle, condemned] = [1, 2].map((part) => (2 * hour + part) * 100_000);
  await db.pool.query(
    `UPDATE "VaultPack" SET "idleSince" = kluis_now() - interval '1 day',
      "condemnedAt" = CASE WHEN number > $3 THEN kluis_now() - interval '1 day' END
    WHERE number > $2 AND number <= $2 + $1 OR number > $3 AND number <= $3 + $1`,
    [changed, idle, condemned],
  );
  await db.close();
}

const tables = [
  "VaultPack",
  "VaultUse",
  "VaultNode",
  "VaultChunk",
  "VaultPoint",
  "VaultMove",
  "RecoveryPoint",
  "Job",
];

/** The code of the engine, on a vault whose objects are not there. */
async function onePass(database: TestDatabase, { vaultId }: VaultScope, packs: number): Promise<string> {
  await using watched = await openWatchedDatabase(database.url);
  const { db, statements } = watched;
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const result = await collectPass({
    port: await databasePort(db, vaultId),
    vault: { nodeUse: (ref) => Promise.resolve(useOf(ref, packs)) },
    store: { delete: () => Promise.resolve(true), list: nothing },
    packName: ({ packId }: PackRow) => packId,
    signal: AbortSignal.timeout(3_600_000),
    graceMs: GRACE_MS,
  });
  const { user, system } = process.cpuUsage(cpu);
  const seconds = secondsSince(began);
  const read = tables.map((table) => rowsRead(statements, table)).reduce((sum, rows) => sum + rows);
  for (const scan of new Set(scansOf(statements, tables, 1_000)))
    console.log(`  READ WHOLE: ${scan.slice(0, 400)}`);
  const rss = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  return [
    `${statements.length} statements, ${read} rows read`,
    `${seconds} s, ${((user + system) / 1e6).toFixed(1)} s of processor time in Node, ${rss} MiB at most`,
    `${result.accounted.nodes} nodes counted, ${result.condemned} packs condemned, ${result.deleted} deleted`,
  ].join("; ");
}

/** A segment names packs that follow each other. */
function useOf(ref: string, packs: number): Pick<NodeUse, "children" | "packs"> {
  const segment = Number.parseInt(ref.split(":")[2]?.slice(0, 8) ?? "", 16);
  const named = Array.from({ length: PACKS_PER_SEGMENT }, (_, n) => {
    const pack = 1 + ((segment * PACKS_PER_SEGMENT + n) % packs);
    return {
      pack: createHash("md5").update(String(pack)).digest("hex"),
      kind: "chunks",
      live: 4 * MIB,
    } as const;
  });
  return { children: [], packs: named };
}

async function* nothing(): AsyncGenerator<never> {}

const secondsSince = (from: number): string => ((performance.now() - from) / 1_000).toFixed(1);
