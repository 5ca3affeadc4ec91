/** Health of connections and vaults: what discovery knows, and one cheap request that engines share. */
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Engine } from "../src/engine.ts";
import { discover } from "../src/inventory/discover.ts";
import { checkParts } from "../src/runtime/health.ts";
import { World } from "./world.ts";

let world: World;
let engines: readonly [Engine, Engine];
beforeAll(async () => {
  world = await World.start();
  engines = [await world.startEngine(), await world.startEngine()];
});
afterAll(() => world.stop());

const soon = (): AbortSignal => AbortSignal.timeout(60_000);
const check = () => Promise.all(engines.map(({ deps }) => checkParts(deps, soon())));
const parts = () =>
  world.db.prisma.partHealth.findMany({
    where: { part: { in: ["azure", "vault"] } },
    orderBy: { part: "asc" },
    select: { part: true, ok: true, code: true },
  });
const healthy = [
  { part: "azure", ok: true, code: null },
  { part: "vault", ok: true, code: null },
];
const checkedAt = async () =>
  (await world.db.prisma.partHealth.findUniqueOrThrow({ where: { part: "azure" } })).checkedAt;

/** Counts the requests of a kind without changing an answer. */
async function countingOf(path: string) {
  const rule = await world.control.addFault({ match: { path }, effect: { type: "delay", ms: 1 } });
  return async () => (await world.control.faults()).find(({ id }) => id === rule.id)?.hits ?? 0;
}

it("asks Azure once a minute, whatever the number of engines, and never lists VMs", async () => {
  await check();
  expect(await parts()).toEqual(healthy);
  const [probes, lists] = [await countingOf("/subscriptions"), await countingOf(".*/virtualMachines")];
  await world.clock.advance({ minutes: 1 });
  await check();
  await check();
  const asked = await probes();
  expect(asked).toBeGreaterThanOrEqual(1);
  expect(asked).toBeLessThanOrEqual(2);
  const before = await checkedAt();
  await check();
  expect([await probes(), await checkedAt()]).toEqual([asked, before]);
  expect(await lists()).toBe(0);
  await world.control.clearFaults();
});

it("says why Azure refuses, and soon that it does not any more", async () => {
  await world.control.addFault({
    match: { path: "/subscriptions" },
    effect: { type: "fail", status: 403, code: "AuthorizationFailed" },
  });
  await world.clock.advance({ minutes: 1 });
  await check();
  expect(await parts()).toEqual([{ part: "azure", ok: false, code: "AZURE_FORBIDDEN" }, healthy[1]]);
  await world.control.clearFaults();
  await world.clock.advance({ seconds: 15 });
  await check();
  expect(await parts()).toEqual(healthy);
});

it("says that a subscription cannot be read as soon as a discovery has found it", async () => {
  await world.control.addFault({
    match: { operation: "virtualMachines.listAll" },
    effect: { type: "fail", status: 403, code: "AuthorizationFailed" },
  });
  await discover(engines[0].deps, CONTOSO_SUBSCRIPTION_ID, soon());
  await world.clock.advance({ minutes: 1 });
  await check();
  expect(await parts()).toEqual([{ part: "azure", ok: false, code: "AZURE_FORBIDDEN" }, healthy[1]]);
  await world.control.clearFaults();
  await discover(engines[1].deps, CONTOSO_SUBSCRIPTION_ID, soon());
  await world.clock.advance({ seconds: 15 });
  await check();
  expect(await parts()).toEqual(healthy);
});
