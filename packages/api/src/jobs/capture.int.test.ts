import { expect, test } from "vitest";
import { freshWorld } from "../../test/world.ts";

const api = freshWorld();
const said = { code: "guest-vss-failed", params: { azureMessage: "Writer failed." } };
const consistency = {
  wanted: "application",
  request: "crash",
  reason: "Why",
  notice: said,
  needsExtension: false,
};
const attempt = { request: "best", failure: "vss", notice: said, at: "2026-11-26T10:00:00.000Z" };
const startedAt = "2026-11-26T10:01:00.000Z";

async function captureOf(memory: object) {
  const { jobId } = await api.admin.protection.set({ vm: "shop-01", policy: "standard-daily" });
  const id = jobId ?? "";
  await api.world.api.db.prisma.job.update({ where: { id }, data: { state: "running", memory } });
  return (await api.admin.jobs.get({ job: id })).capture;
}

test("a job without a look at its VM has no snapshot to show", async () => {
  expect(await captureOf({})).toBeNull();
});

test("a job shows each try of its snapshot, and the level that is reached", async () => {
  const memory = { consistency, attempts: [attempt], snapshotStartedAt: startedAt };
  expect(await captureOf(memory)).toMatchObject({
    wanted: "application",
    reached: null,
    notice: said,
    tries: [
      { request: "best", outcome: "failed", failure: "vss", at: attempt.at },
      { request: "crash", outcome: "running", failure: null, at: startedAt },
    ],
  });
});

test("the reason of the snapshot wins over the reason of its request", async () => {
  const snapshot = { endedAt: "2026-11-26T10:02:00.000Z", reached: "file", reason: null, notice: null };
  const memory = { consistency, attempts: [attempt], snapshotStartedAt: startedAt, snapshot };
  const capture = await captureOf(memory);
  expect(capture).toMatchObject({ reached: "file", reason: null, notice: null });
  expect(capture?.tries.map(({ outcome }) => outcome)).toEqual(["failed", "succeeded"]);
  expect(capture?.tries[0]?.reason).toContain("Writer failed.");
});
