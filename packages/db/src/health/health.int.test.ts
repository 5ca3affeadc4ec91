import { notice } from "@kluis/domain";
import { expect, test } from "vitest";
import { freshWorld } from "../../test/fixtures.ts";
import { listSubscriptions, upsertSubscription } from "../subscriptions/write.ts";
import { listPartHealth, setPartHealth } from "./health.ts";

const world = freshWorld();

test("health and subscriptions are stored as last seen", async () => {
  const { prisma } = world.db;
  const error = {
    code: "AZURE_UNREACHABLE",
    reason: null,
    message: "away",
    action: null,
    params: {},
  } as const;
  const at = { part: "azure", checkedAt: world.clock.now() };
  const row = { ...at, ok: false, code: error.code, message: "away", notice: null, error };
  const healthy = { ...at, ok: true, code: null, message: "ok", notice: notice("azure-healthy", {}) };
  await setPartHealth(prisma, healthy);
  await setPartHealth(prisma, row);
  expect(await listPartHealth(prisma)).toEqual([{ ...row, since: at.checkedAt }]);
  const subscription = {
    id: "SUB-1",
    tenantId: "t",
    name: "Demo",
    readable: true,
    problem: null,
    seenAt: world.clock.now(),
  };
  await upsertSubscription(prisma, subscription, world.clock.now());
  const problem = { code: "AZURE_FORBIDDEN", reason: null, message: "no", action: null, params: {} } as const;
  await upsertSubscription(
    prisma,
    { ...subscription, readable: false, problem, seenAt: null },
    world.clock.now(),
  );
  expect(await listSubscriptions(prisma)).toEqual([
    {
      ...subscription,
      id: "sub-1",
      connectionId: null,
      readable: false,
      problem,
      seenAt: world.clock.now(),
      problemSince: world.clock.now(),
    },
  ]);
});
