/** Discovery as repeated work: bad VMs, kills, throttling, two engines, and a refusal that lasts. */
import type { AzureConnection } from "@kluis/azure";
import { readRecurringWork } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import type { Engine } from "../src/engine.ts";
import { discover, keepDiscovered } from "../src/inventory/discover.ts";
import { DiscoveryPages } from "../src/inventory/pages.ts";
import { GROUP, MIB, World } from "./world.ts";

const NAMES = ["a", "b", "c", "d", "e", "f", "g"];

let world: World;
let engine: Engine;
let second: Engine;
beforeAll(async () => {
  world = await World.start();
  engine = await world.startEngine();
  second = await world.startEngine();
  const disks = [await world.image("small", 24 * MIB, [])];
  for (const vm of NAMES) await world.control.importVm({ vm, os: "linux", resourceGroup: GROUP, disks });
  await world.control.settings({ pageSize: 2 });
});
afterAll(() => world.stop());
afterEach(() => world.control.clearFaults());

const soon = (): AbortSignal => AbortSignal.timeout(60_000);
const work = () => readRecurringWork(world.db.prisma, "discovery");
const subscription = () =>
  world.db.prisma.subscription.findUniqueOrThrow({ where: { id: CONTOSO_SUBSCRIPTION_ID } });
const problems = async () => {
  const rows = await world.db.prisma.virtualMachine.findMany({ orderBy: { name: "asc" } });
  return rows.flatMap(({ name, problem, problemSince }) =>
    problem === null
      ? []
      : [{ name, code: z.object({ code: z.string() }).parse(problem).code, problemSince }],
  );
};

type Pipeline = ReturnType<AzureConnection["compute"]>["pipeline"];
type Policy = Parameters<Pipeline["addPolicy"]>[0];

/** Runs work while a policy sees the requests of an engine. */
async function through<T>(of: Engine, policy: Policy, run: () => Promise<T>): Promise<T> {
  const { pipeline } = of.deps.azure.compute(CONTOSO_SUBSCRIPTION_ID);
  pipeline.addPolicy(policy);
  return run().finally(() => pipeline.removePolicy({ name: policy.name }));
}

/** Counts the pages that an engine reads of each list. */
function counting(
  pages: Map<string, number>,
  onPage: (list: string, page: number) => void = () => undefined,
) {
  return {
    name: "counting",
    async sendRequest(request, next) {
      const { pathname, searchParams } = new URL(request.url);
      const list = `${pathname.split("/").at(-1)}${searchParams.has("statusOnly") ? " states" : ""}`;
      const page = (pages.get(list) ?? 0) + 1;
      pages.set(list, page);
      onPage(list, page);
      return next(request);
    },
  } satisfies Policy;
}

const listSchema = z.looseObject({ value: z.array(z.looseObject({ name: z.string() })) });

/** Changes how a list describes a VM. */
function describing(name: string, change: object): Policy {
  return {
    name: "describing",
    async sendRequest(request, next) {
      const response = await next(request);
      const url = new URL(request.url);
      if (!url.pathname.endsWith("/virtualMachines") || url.searchParams.has("statusOnly")) return response;
      const { value, ...rest } = listSchema.parse(JSON.parse(response.bodyAsText ?? "{}"));
      const changed = value.map((vm) => (vm.name === name ? { ...vm, ...change } : vm));
      return { ...response, bodyAsText: JSON.stringify({ ...rest, value: changed }) };
    },
  };
}

it("reads every page of each list once, whatever the number of VMs", async () => {
  const pages = new Map<string, number>();
  expect(await through(engine, counting(pages), () => keepDiscovered(engine.deps, soon()))).toBeNull();
  expect(Object.fromEntries(pages)).toEqual({
    "virtualMachines states": 4,
    disks: 4,
    virtualMachines: 4,
    skus: expect.any(Number) as number,
  });
  expect(await work()).toMatchObject({ lastDone: NAMES.length + 1, lastFailed: 0, cursor: null });
  expect(await world.db.prisma.virtualMachine.count({ where: { problemSince: null } })).toBe(NAMES.length);
  expect(await world.db.prisma.inventoryPage.count()).toBe(0);
});

it("a VM that Azure describes in an unknown way has a problem, and no other VM has one", async () => {
  await through(engine, describing("c", { location: 7 }), () => keepDiscovered(engine.deps, soon()));
  expect(await problems()).toMatchObject([{ name: "c", code: "INTERNAL" }]);
  expect(await work()).toMatchObject({ lastDone: NAMES.length + 1, lastFailed: 1, lastErrorItem: "VM c" });
  expect(await subscription()).toMatchObject({ readable: true, problem: { code: "INTERNAL" } });
  const [before] = await problems();
  await world.clock.advance({ minutes: 10 });
  await through(engine, describing("c", { location: 7 }), () => keepDiscovered(engine.deps, soon()));
  expect(await problems()).toEqual([before]);
  // One without an id cannot be any stored VM; it is named too.
  await through(engine, describing("d", { id: "nowhere" }), () => keepDiscovered(engine.deps, soon()));
  expect(await work()).toMatchObject({ lastFailed: 1, lastErrorItem: "VM d" });
  await keepDiscovered(engine.deps, soon());
  expect(await problems()).toEqual([]);
  expect(await work()).toMatchObject({ lastFailed: 0, lastError: null });
  expect(await subscription()).toMatchObject({ readable: true, problem: null });
});

it("continues at the page of a kill, in another engine", async () => {
  const killed = new AbortController();
  const first = new Map<string, number>();
  const kill = counting(first, (list, page) => {
    if (list === "virtualMachines" && page === 3) killed.abort(new Error("killed"));
  });
  const run = through(engine, kill, () => keepDiscovered(engine.deps, killed.signal));
  await expect(run).rejects.toThrow("killed");
  expect(await work()).toMatchObject({ cursor: expect.stringContaining("vms") as string, failed: 0 });
  const rest = new Map<string, number>();
  expect(await through(second, counting(rest), () => keepDiscovered(second.deps, soon()))).toBeNull();
  expect([rest.get("virtualMachines states"), rest.get("disks"), rest.get("virtualMachines")]).toEqual([
    undefined,
    undefined,
    2,
  ]);
  expect(await work()).toMatchObject({ lastDone: NAMES.length + 1, lastFailed: 0, cursor: null });
  expect(await problems()).toEqual([]);
});

it("waits when Azure throttles a list, continues at its page, and calls nothing unreadable", async () => {
  await world.control.addFault({
    match: { operation: "disks.list" },
    effect: { type: "throttle", retryAfterSeconds: 30 },
    skip: 2,
  });
  const again = await keepDiscovered(engine.deps, soon());
  expect(again?.againInMs).toBeGreaterThanOrEqual(29_000);
  expect(await work()).toMatchObject({ cursor: expect.stringContaining('"disks"') as string, failed: 0 });
  expect(await subscription()).toMatchObject({ readable: true, problem: null });
  await world.control.clearFaults();
  await world.clock.advance({ minutes: 2 });
  const rest = new Map<string, number>();
  expect(await through(second, counting(rest), () => keepDiscovered(second.deps, soon()))).toBeNull();
  const lists = ["virtualMachines states", "disks", "virtualMachines"];
  expect(lists.map((list) => rest.get(list))).toEqual([undefined, 2, 4]);
  expect(await work()).toMatchObject({ lastDone: NAMES.length + 1, lastFailed: 0, cursor: null });
});

it("two engines at once store every VM, without a second event", async () => {
  const events = () => world.db.prisma.ledgerEvent.count({ where: { kind: { startsWith: "vm." } } });
  const before = await events();
  await Promise.all([keepDiscovered(engine.deps, soon()), keepDiscovered(second.deps, soon())]);
  await keepDiscovered(engine.deps, soon());
  expect(await events()).toBe(before);
  expect(await work()).toMatchObject({ lastFailed: 0, cursor: null, startedAt: null });
  expect(await problems()).toEqual([]);
});

it("says why a subscription cannot be read while that lasts, and reads it again soon after an outage", async () => {
  const refuse = (status: number, code: string) =>
    world.control.addFault({
      match: { operation: "virtualMachines.listAll" },
      effect: { type: "fail", status, code },
    });
  await refuse(403, "AuthorizationFailed");
  const since: (Date | null)[] = [];
  for (let turn = 0; turn < 2; turn++) {
    expect(await keepDiscovered(engine.deps, soon())).toBeNull();
    since.push((await subscription()).problemSince);
    await world.clock.advance({ days: 1 });
  }
  expect(since[0]).toEqual(since[1]);
  expect(await subscription()).toMatchObject({ readable: false, problem: { code: "AZURE_FORBIDDEN" } });
  expect(await work()).toMatchObject({
    lastFailed: 1,
    lastErrorItem: expect.stringMatching(/^subscription /) as string,
  });
  expect(await world.db.prisma.virtualMachine.count({ where: { deletedAt: null } })).toBe(NAMES.length);
  await world.control.clearFaults();
  await refuse(500, "InternalServerError");
  expect(await keepDiscovered(engine.deps, soon())).toEqual({ againInMs: 60_000 });
  await world.control.clearFaults();
  expect(await keepDiscovered(engine.deps, soon())).toBeNull();
  expect(await subscription()).toMatchObject({ readable: true, problem: null });
  expect(await world.db.prisma.inventoryPage.count()).toBe(0);
  expect(await work()).toMatchObject({ lastFailed: 0 });
});

it("someone who asks gets a whole discovery, which leaves the pass under way alone", async () => {
  const killed = new AbortController();
  const kill = counting(new Map(), (list) => {
    if (list === "disks") killed.abort(new Error("killed"));
  });
  await through(engine, kill, () => keepDiscovered(engine.deps, killed.signal)).catch(() => null);
  const before = await work();
  expect(before?.cursor).not.toBeNull();
  const pages = new Map<string, number>();
  await through(second, counting(pages), () => discover(second.deps, CONTOSO_SUBSCRIPTION_ID, soon()));
  expect(pages.get("virtualMachines")).toBe(4);
  expect(await work()).toEqual(before);
});

it("waits for its turn with what it has read, and calls nothing unreadable", async () => {
  const held = counting(new Map(), (list, page) => {
    if (list === "virtualMachines" && page === 3)
      throw new KluisError(
        { code: "AZURE_THROTTLED", reason: "connection" },
        { message: "Kluis waits.", retry: "turn", retryAfterMs: 2_000 },
      );
  });
  const again = await through(engine, held, () => keepDiscovered(engine.deps, soon()));
  expect(again).toEqual({ againInMs: 2_000 });
  expect(await work()).toMatchObject({ cursor: expect.stringContaining('"vms"') as string, failed: 0 });
  expect(await subscription()).toMatchObject({ readable: true, problem: null });
  const rest = new Map<string, number>();
  expect(await through(second, counting(rest), () => keepDiscovered(second.deps, soon()))).toBeNull();
  expect([rest.get("disks"), rest.get("virtualMachines")]).toEqual([undefined, 2]);
  expect(await problems()).toEqual([]);
  expect(await world.db.prisma.virtualMachine.count({ where: { powerState: "unknown" } })).toBe(0);
});

it("a subscription that Azure throttles for a week holds up the others for minutes only", async () => {
  await world.control.addFault({
    match: { operation: "disks.list" },
    effect: { type: "throttle", retryAfterSeconds: 240 },
  });
  const behind = "ffffffff-0000-4000-8000-000000000001";
  const of = (id: string) => ({ id, name: id, tenantId: "t" });
  const pages = new DiscoveryPages(engine.deps, [of(CONTOSO_SUBSCRIPTION_ID), of(behind)]);
  const at = { isHeldUp: false, signal: soon() };
  let cursor: string | null = null;
  while (cursor?.includes('"disks"') !== true) cursor = (await pages.read(cursor, at)).next;
  await expect(pages.read(cursor, at)).rejects.toMatchObject({ code: "AZURE_THROTTLED" });
  expect(await world.db.prisma.inventoryPage.count()).toBeGreaterThan(0);
  const { items, next } = await pages.read(cursor, { ...at, isHeldUp: true });
  expect(items.map(({ kind }) => kind)).toEqual(["unreadable"]);
  expect(next).toContain(behind);
});
