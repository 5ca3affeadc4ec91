/** What must hold after a chaos run, when nothing is disturbed any more. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { openSecretBox, walkLedger } from "@kluis/db";
import { checkNext, diskKeyOf, emptyHead, type LedgerHead, systemClock } from "@kluis/domain";
import { parseNodeRef } from "@kluis/vault";
import { z } from "zod";
import { parseEngineEnv } from "../../src/env.ts";
import { Vaults } from "../../src/runtime/vaults.ts";
import type { Expected } from "./fleet.ts";
import type { Parts } from "./parts.ts";

const MIB = 1024 * 1024;

/** Every available point, read from the vault, equals what the VM contained at its snapshot. */
export async function checkPoints(
  parts: Parts,
  expected: Expected,
): Promise<{ points: number; problems: string[] }> {
  const { db } = parts.database;
  const config = parseEngineEnv(parts.env);
  const vaults = new Vaults({
    db,
    clock: systemClock,
    secrets: openSecretBox(config.secretsKeyFile),
    keyFile: config.vault.keyFile,
    readEnvironment: config.reread.vault,
    keyVault: config.keyVault(Date.now),
  });
  await vaults.refresh();
  const points = await db.prisma.recoveryPoint.findMany({
    where: { state: { not: "deleted" } },
    include: { disks: true },
  });
  const problems: string[] = [];
  for (const point of points) {
    const what = `Point ${point.id} of job ${point.jobId}`;
    const wanted = expected.get(point.jobId);
    if (point.state !== "available") problems.push(`${what} is ${point.state}.`);
    if (wanted === undefined) {
      problems.push(`${what} comes from no known backup.`);
      continue;
    }
    const { vault } = await vaults.open(point.vaultId);
    for (const [index, digest] of wanted.content.entries()) {
      const disk = point.disks.find((one) => one.diskKey === diskKeyOf(index === 0 ? "os" : index - 1));
      if (disk === undefined) {
        problems.push(`${what} lacks disk ${index}.`);
        continue;
      }
      const reader = vault.openDisk(
        disk.root === null ? null : parseNodeRef(disk.root),
        Number(disk.diskBytes),
      );
      const found = await digestOf(reader, Number(disk.diskBytes)).catch(String);
      if (found !== digest)
        problems.push(`${what}, disk ${index} (${disk.deltaMethod}): ${found.slice(0, 200)}.`);
    }
  }
  return { points: points.length, problems };
}

async function digestOf(
  reader: { read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array> },
  size: number,
): Promise<string> {
  const hash = createHash("sha256");
  for (let offset = 0; offset < size; offset += 4 * MIB)
    hash.update(await reader.read(offset, Math.min(4 * MIB, size - offset), AbortSignal.timeout(60_000)));
  return hash.digest("hex");
}

/** Jobs that have not ended. */
export async function openJobs(parts: Parts): Promise<string[]> {
  const jobs = await parts.database.db.prisma.job.findMany({
    where: { state: { in: ["queued", "running", "cleaning-up"] } },
  });
  return jobs.map(
    ({ id, kind, state, stage, attempt, error }) =>
      `Job ${id} (${kind}) is ${state} in ${stage}, attempt ${attempt}: ${JSON.stringify(error)}`,
  );
}

/** Tasks that the queue will never run again, although their tries were used up by kills. */
export async function deadTasks(parts: Parts): Promise<string[]> {
  const { rows } = await parts.database.db.pool.query(
    `SELECT task_identifier AS task, key, last_error AS error FROM graphile_worker.jobs
     WHERE locked_at IS NULL AND attempts >= max_attempts`,
  );
  const dead = z.array(
    z.object({ task: z.string(), key: z.string().nullable(), error: z.string().nullable() }),
  );
  return dead
    .parse(rows)
    .map(({ task, key, error }) => `A task ${task} (${key ?? "no key"}) is dead: ${error ?? "killed"}`);
}

/** What exists in Azure without a row that wants it, and rows whose resource should be gone. */
export async function orphans(parts: Parts): Promise<string[]> {
  const { prisma } = parts.database.db;
  const { restorePoints, snapshots, grants } = await parts.localAzure.control.snapshots();
  const rows = await prisma.azureResource.findMany({ where: { state: { not: "removed" } } });
  const wanted = new Set(rows.map(({ resourceId }) => resourceId.toLowerCase()));
  const made = [...restorePoints, ...snapshots].map(({ id }) => id);
  const problems = made
    .filter((id) => !wanted.has(id.toLowerCase()))
    .map((id) => `${id} exists in Azure, and no row wants it.`);
  problems.push(...grants.map(({ resource, access }) => `A ${access} grant on ${resource} is open.`));
  for (const row of rows) {
    if (row.kind === "grant") problems.push(`Row ${row.id}: the grant ${row.resourceId} is ${row.state}.`);
    if ((row.kind === "restore-point" || row.kind === "snapshot") && row.keepUntil === null)
      problems.push(`Row ${row.id}: ${row.resourceId} is ${row.state}, and no row keeps it.`);
  }
  const good = await prisma.job.findMany({
    where: { kind: "restore-disk", state: { in: ["succeeded", "warning"] } },
    select: { parameters: true },
  });
  const restored = new Set(
    good.map(({ parameters }) => z.object({ name: z.string() }).parse(parameters).name),
  );
  const { unattachedDisks } = await parts.localAzure.control.list();
  problems.push(
    ...unattachedDisks
      .filter(({ name }) => !restored.has(name))
      .map(({ name }) => `The disk ${name} remained after a restore that did not succeed.`),
  );
  return problems;
}

/** The chain of the ledger is whole. */
export async function checkLedger(parts: Parts): Promise<{ events: number; problems: string[] }> {
  let head: LedgerHead = emptyHead;
  for await (const event of walkLedger(parts.database.db)) {
    const problem = checkNext(head, event);
    if (problem !== null) return { events: event.seq, problems: [`The ledger: ${problem.message}`] };
    head = event;
  }
  return { events: head.seq, problems: [] };
}

const errorSchema = z.object({ code: z.string(), message: z.string() });

/** Jobs that ended with an unplanned error, and how often each error ended a job. */
export async function jobErrors(parts: Parts): Promise<{ problems: string[]; counts: Map<string, number> }> {
  const jobs = await parts.database.db.prisma.job.findMany({ where: { state: "failed" } });
  const counts = new Map<string, number>();
  const problems: string[] = [];
  for (const job of jobs) {
    const { code, message } = errorSchema.catch({ code: "NONE", message: "no error" }).parse(job.error);
    const key = `${job.kind} ${code}: ${message.slice(0, 140)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (code === "INTERNAL" || code === "NONE")
      problems.push(`Job ${job.id} (${job.kind}) failed: ${code}, ${message}`);
  }
  return { problems, counts };
}

const logLineSchema = z.object({
  error: z.object({ code: z.string(), message: z.string() }),
  msg: z.string(),
});

/** Errors of code INTERNAL in the logs of the engines, with how often each appeared. */
export async function internalErrors(parts: Parts): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const which of parts.engines.keys()) {
    const text = await readFile(parts.engineLog(which), "utf8");
    for (const line of text.split("\n")) {
      if (!line.includes('"INTERNAL"')) continue;
      const parsed = logLineSchema.safeParse(JSON.parse(line));
      const said = parsed.success ? `${parsed.data.msg}: ${parsed.data.error.message}` : line;
      const key = said.slice(0, 240);
      found.set(key, (found.get(key) ?? 0) + 1);
    }
  }
  return found;
}
