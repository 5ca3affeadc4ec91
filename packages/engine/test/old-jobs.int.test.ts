/** Jobs that an earlier version began, when it removed the snapshot in a step before the recovery point. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { parseMemory } from "../src/jobs/backup/memory.ts";
import { enhancedPolicy, MIB, random, standardPolicy, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
  await world.startEngine();
});
afterAll(() => world.stop());

const sql = (text: string) => world.db.prisma.$executeRawUnsafe(text);

/** Keeps jobs from their recovery point until it is released. */
async function holdPoints(): Promise<() => Promise<unknown>> {
  await sql(`CREATE FUNCTION hold_points() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'held'; END $$`);
  await sql(`CREATE TRIGGER hold_points BEFORE UPDATE ON "JobStep" FOR EACH ROW
    WHEN (NEW.name = 'recovery-point' AND NEW.state = 'running') EXECUTE FUNCTION hold_points()`);
  return () => sql(`DROP FUNCTION hold_points() CASCADE`);
}

const storedSchema = z.looseObject({
  snapshot: z.looseObject({
    facts: z.looseObject({ disks: z.array(z.looseObject({})) }),
  }),
});

/** The job's memory without what earlier versions did not know. */
function asBefore(memory: unknown): object {
  const { snapshot, ...rest } = storedSchema.parse(memory);
  const { kind: _kind, disks, ...facts } = snapshot.facts;
  const earlier = disks.map(({ sizeBytes: _bytes, sizeGb: _gb, ...disk }) => disk);
  return { ...rest, snapshot: { ...snapshot, facts: { ...facts, disks: earlier } } };
}

/** The part of the migration that gave existing resources their desired state. */
async function migrateResources(): Promise<void> {
  const file = join(
    import.meta.dirname,
    "../../../prisma/migrations/20261126134847_desired_state/migration.sql",
  );
  const [, byHand = ""] = (await readFile(file, "utf8")).split("-- By hand:");
  const statements = byHand.slice(byHand.indexOf("UPDATE")).split(";\n");
  for (const statement of statements) if (statement.trim() !== "") await sql(statement);
}

/** Turns a backup that has its manifest into one that is in the step of earlier versions. */
async function turnBack(jobId: string): Promise<void> {
  const { prisma } = world.db;
  const job = await prisma.job.findUniqueOrThrow({ where: { id: jobId }, include: { steps: true } });
  const last = job.steps.find(({ name }) => name === "recovery-point");
  if (last === undefined) throw new Error("The job has no last step.");
  await prisma.job.update({ where: { id: jobId }, data: { memory: asBefore(job.memory) } });
  await prisma.jobStep.update({ where: { id: last.id }, data: { ordinal: last.ordinal + 1 } });
  const { ordinal } = last;
  await prisma.jobStep.create({
    data: { id: crypto.randomUUID(), jobId, name: "remove-snapshot", ordinal, state: "running", attempt: 71 },
  });
}

it.each([
  ["keeps no snapshots: it is removed", standardPolicy, []],
  ["keeps snapshots: it is kept", enhancedPolicy, ["kept"]],
] as const)(
  "a job in the step that removed the snapshot makes its point; the policy %s",
  async (_what, policy, kept) => {
    const name = `old-${kept.length}`;
    const disks = [await world.image(`${name}-0`, 24 * MIB, [random(MIB, MIB)])];
    const vmId = await world.protectedVm({ name, disks, policy });
    const release = await holdPoints();
    const jobId = await world.startBackup(vmId);
    await world.until("the manifest", 60_000, async () => {
      const job = await world.db.prisma.job.findUniqueOrThrow({ where: { id: jobId } });
      return parseMemory(job.memory).manifestDigest ?? null;
    });
    await turnBack(jobId);
    await migrateResources();
    await release();
    await world.clock.jump({ minutes: 10 });
    expect(await world.ended(jobId)).toMatchObject({ state: "succeeded", error: null });
    expect(await world.steps(jobId)).toMatchObject({
      "remove-snapshot": { state: "skipped" },
      "recovery-point": { state: "done" },
    });
    const point = await world.pointOf(jobId);
    expect(point).toMatchObject({ capturedBy: "restore-point", capturedNotice: null });
    expect(await world.pointDigest(point, "os")).toBe(await world.diskDigest(`${name}-os`));
    await world.reconciled();
    const rows = await world.db.prisma.azureResource.findMany({
      where: { jobId, state: { not: "removed" }, kind: { in: ["restore-point", "grant"] } },
    });
    expect(rows.map(({ wanted }) => wanted)).toEqual(kept);
  },
);
