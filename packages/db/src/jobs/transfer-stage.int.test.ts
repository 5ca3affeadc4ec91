/** When a transfer began: the rule about newer snapshots depends on how long it had moved. */
import { engineActor } from "@kluis/domain";
import { expect, test } from "vitest";
import { addVm, freshWorld } from "../../test/fixtures.ts";
import { newId } from "../ids.ts";
import { inTransaction } from "../tx.ts";
import { changeStep } from "./timeline.ts";
import { lockOlderTransfers, lockTransfer, markCaptured } from "./transfer-stage.ts";
import { createJob } from "./write.ts";

const world = freshWorld();

test("a transfer has begun with its first step", async () => {
  const { db, clock } = world;
  const vmId = await addVm(db, clock);
  const captured = (at: Date): Promise<string> =>
    inTransaction(db, async (tx) => {
      const jobId = await createJob(
        tx,
        { kind: "backup", vmId, trigger: "manual", actor: engineActor },
        clock,
      );
      await tx.job.update({ where: { id: jobId }, data: { state: "running" } });
      await markCaptured(tx, jobId, at);
      return jobId;
    });
  const began = clock.now();
  const older = await captured(began);
  const newer = await captured(new Date(began.getTime() + 60_000));
  const read = () =>
    inTransaction(db, async (tx) => [
      (await lockTransfer(tx, older))?.startedAt,
      ...(await lockOlderTransfers(tx, newer)).map(({ startedAt }) => startedAt),
    ]);
  expect(await read()).toEqual([null, null]);
  const step = { id: newId(), jobId: older, ordinal: 0, name: "access", state: "waiting" };
  await db.prisma.jobStep.create({ data: step });
  await inTransaction(db, (tx) => changeStep(tx, older, { name: "access", state: "running", at: began }));
  expect(await read()).toEqual([began, began]);
});
