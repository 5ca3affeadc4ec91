import { guardrailsSchema } from "@kluis/domain";
import { expect, test } from "vitest";
import { freshWorld, person } from "../../test/fixtures.ts";
import { inTransaction } from "../tx.ts";
import { holdGuardrails, listGuardrailVersions, readGuardrails } from "./read.ts";
import { addGuardrailVersion } from "./write.ts";

const world = freshWorld();

const save = (expectedVersion: number, hours: number) =>
  inTransaction(world.db, (tx) =>
    addGuardrailVersion(
      tx,
      {
        expectedVersion,
        document: guardrailsSchema.parse({ schedule: { longestIntervalHours: hours } }),
        actor: person,
      },
      world.clock,
    ),
  );

test("guardrails have versions; a change of an old version is refused", async () => {
  expect(await readGuardrails(world.db.prisma)).toEqual({});
  expect(await save(0, 24)).toEqual({ version: 1, before: {} });
  const edits = await Promise.allSettled([save(1, 12), save(1, 6)]);
  expect(edits.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  await expect(save(0, 2)).rejects.toMatchObject({ code: "CONFLICT", reason: "guardrails-changed" });
  const { rows, total } = await listGuardrailVersions(world.db.prisma, { page: 1, pageSize: 1 });
  expect(total).toBe(2);
  expect(rows).toMatchObject([
    { now: { version: 2, createdBy: person }, before: { schedule: { longestIntervalHours: 24 } } },
  ]);
});

test("a change waits for the transactions that hold the guardrails, and they for it", async () => {
  const { db } = world;
  const order: string[] = [];
  let saving: Promise<unknown> = Promise.resolve();
  await inTransaction(db, async (tx) => {
    expect(await holdGuardrails(tx)).toEqual({});
    // Others hold them at the same time.
    await inTransaction(db, (other) => holdGuardrails(other));
    saving = save(0, 24).then(() => order.push("saved"));
    await untilWaiting();
    order.push("held");
  });
  await saving;
  expect(order).toEqual(["held", "saved"]);
  expect(await inTransaction(db, (tx) => holdGuardrails(tx))).toEqual({
    schedule: { longestIntervalHours: 24 },
  });
});

/** Waits until a statement of this database waits for a lock. */
async function untilWaiting(): Promise<void> {
  for (let tries = 0; tries < 5_000; tries += 1) {
    const waiting = await world.db.prisma.$queryRaw<unknown[]>`
      SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE NOT l.granted AND a.datname = current_database()`;
    if (waiting.length > 0) return;
  }
  throw new Error("No statement waited for a lock.");
}
