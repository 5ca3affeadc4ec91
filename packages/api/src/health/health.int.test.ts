import {
  newId,
  newRecurringWork,
  registerEngine,
  saveRecurringWork,
  setPartHealth,
  upsertSubscription,
} from "@kluis/db";
import { errorInfo, KluisError, limits, workRules } from "@kluis/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createContext } from "../identity/identity.ts";
import { createWorld, MovedClock, subscriptionId, type World } from "../testing.ts";
import { publicHealth, readHealth } from "./service.ts";

let world: World;
const clock = new MovedClock();
beforeAll(async () => {
  world = await createWorld(clock);
});
afterAll(() => world[Symbol.asyncDispose]());

async function stateOf(): Promise<Record<string, boolean>> {
  const { parts } = await readHealth(world.api);
  return Object.fromEntries(parts.map(({ part, ok }) => [part, ok]));
}

describe("health", () => {
  test("follows the engine's heartbeat and its last checks", async () => {
    expect(await stateOf()).toEqual({ database: true, engine: false, vault: false, azure: false });
    const { prisma } = world.api.db;
    const now = clock.now();
    const facts = { id: newId(), hostname: "h", pid: 1, version: "0", workerIds: [] };
    await registerEngine(prisma, facts, { lockKey: -1n, now });
    await setPartHealth(prisma, { part: "vault", ok: true, code: null, message: "ok", checkedAt: now });
    await setPartHealth(prisma, {
      part: "azure",
      ok: false,
      code: "AZURE_UNREACHABLE",
      message: "Azure does not answer.",
      checkedAt: now,
    });
    expect(await stateOf()).toEqual({ database: true, engine: true, vault: true, azure: false });
    clock.forward(limits.connectionStaleMs + 1);
    expect(await stateOf()).toEqual({ database: true, engine: false, vault: false, azure: false });
  });

  test("has a part for the engine's work, whose items only users who manage everything see", async () => {
    const { prisma } = world.api.db;
    const lastError = errorInfo(new KluisError("VAULT_UNREACHABLE", { reason: "folder", message: "away" }));
    const failing = { lastDone: 4, lastFailed: 2, lastError, lastErrorItem: "VM web-01" };
    const row = { ...newRecurringWork("retention"), ...failing, lastEndedAt: clock.now() };
    await saveRecurringWork(prisma, row);
    const seen = async (who: "owner" | "commerceAdmin") => {
      const { parts } = await (await world.as(who)).settings.health();
      return parts.find(({ part }) => part === "work");
    };
    expect(await seen("owner")).toMatchObject({
      ok: false,
      code: "VAULT_UNREACHABLE",
      message: "VM web-01: away",
      subject: { id: "retention" },
      failed: { items: 2, first: "VM web-01" },
    });
    const common = await seen("commerceAdmin");
    expect(common).toMatchObject({ ok: false, notice: { code: "work-degraded" }, failed: null });
    expect(JSON.stringify(common)).not.toContain("web-01");
    const well = { ...newRecurringWork("retention"), version: 1, lastEndedAt: clock.now() };
    await saveRecurringWork(prisma, { ...well, lastSuccessAt: clock.now() });
    expect(await seen("owner")).toMatchObject({ ok: true, code: null, failed: null });
    clock.forward(workRules.retention.overdueMs + 1);
    expect(await seen("owner")).toMatchObject({ ok: false, code: "OVERDUE" });
    await prisma.recurringWork.deleteMany();
  });

  test("names no subscription to users who do not manage connections", async () => {
    const { prisma } = world.api.db;
    const [connection] = await prisma.azureConnection.findMany();
    const error = errorInfo(
      new KluisError("AZURE_FORBIDDEN", { reason: "denied", message: "subscription payments-prod" }),
    );
    const { code, message } = error;
    const failing = { ok: false, code, message, error, checkedAt: clock.now() };
    for (const part of ["azure", `connection:${connection?.id}`])
      await setPartHealth(prisma, { ...failing, part });
    const { parts } = await (await world.as("commerceAdmin")).settings.health();
    const azure = parts.find(({ part }) => part === "azure");
    expect(azure).toMatchObject({ ok: false, code: "AZURE_FORBIDDEN", notice: { code: "azure-degraded" } });
    expect(JSON.stringify(parts)).not.toContain("payments-prod");
    await prisma.partHealth.deleteMany();
  });

  test("names no address of a vault or its key to users who do not manage them", async () => {
    const { prisma } = world.api.db;
    const [vault] = await prisma.vault.findMany();
    const error = errorInfo(
      new KluisError("KEY_VAULT_UNUSABLE", {
        reason: "forbidden",
        message: "keys-prod.vault.azure.net: appid=1",
      }),
    );
    const { code, message } = error;
    const failing = { ok: false, code, message, error, checkedAt: clock.now() };
    for (const part of ["vault", `vault:${vault?.id}`]) await setPartHealth(prisma, { ...failing, part });
    const { parts } = await (await world.as("commerceAdmin")).settings.health();
    expect(parts.find(({ part }) => part === "vault")).toMatchObject({
      ok: false,
      code,
      notice: { code: "vault-degraded" },
      error: null,
    });
    expect(JSON.stringify(parts)).not.toContain("keys-prod");
    await prisma.partHealth.deleteMany();
  });

  test("has a part for each connection and vault, which only users who manage them see", async () => {
    const { prisma } = world.api.db;
    const now = clock.now();
    const [connection] = await prisma.azureConnection.findMany();
    const error = errorInfo(new KluisError("CONNECTION_UNUSABLE", { reason: "secret", message: "no key" }));
    const part = `connection:${connection?.id}`;
    const failing = { part, ok: false, code: error.code, message: error.message, error };
    await setPartHealth(prisma, { ...failing, checkedAt: now });
    clock.forward(1_000);
    await setPartHealth(prisma, { ...failing, checkedAt: clock.now() });
    const seen = async (who: "owner" | "commerceAdmin") => {
      const { parts } = await (await world.as(who)).settings.health();
      return parts.find((one) => one.part === "azure");
    };
    const expected = { ok: false, since: now.toISOString(), error: { reason: "secret" } };
    expect(await seen("owner")).toMatchObject({ ...expected, subject: { name: "main" } });
    expect(await seen("commerceAdmin")).toMatchObject({ ...expected, subject: null });
    const attention = async (who: "owner" | "commerceAdmin") =>
      (await (await world.as(who)).overview.get()).problems;
    expect(await attention("owner")).toMatchObject([{ kind: "connection", name: "main" }]);
    expect(await attention("commerceAdmin")).toEqual([]);
    await setPartHealth(prisma, { ...failing, ok: true, checkedAt: clock.now() });
    const at = { subscriptionId, tenantId: "t", name: "One", readable: true, seenAt: null };
    await upsertSubscription(prisma, { ...at, id: subscriptionId, problem: error }, clock.now());
    expect(await attention("owner")).toMatchObject([{ kind: "inventory", error: { reason: "secret" } }]);
    await prisma.partHealth.deleteMany({ where: { part } });
  });

  test("signed-out callers get parts and codes, but no texts of Azure or the vault", async () => {
    const now = clock.now();
    const told = { ok: false, checkedAt: now } as const;
    const { prisma } = world.api.db;
    await setPartHealth(prisma, {
      ...told,
      part: "vault",
      code: "VAULT_UNREACHABLE",
      message: "/srv/vault is missing",
    });
    await setPartHealth(prisma, {
      ...told,
      part: "azure",
      code: "AZURE_FORBIDDEN",
      message: "no right on sub-1",
    });
    const full = await readHealth(world.api);
    expect(JSON.stringify(full)).toContain("/srv/vault is missing");
    clock.forward(limits.connectionStaleMs + 1);
    for (const health of [full, await readHealth(world.api)]) {
      const shown = publicHealth(health);
      expect(JSON.stringify(shown)).not.toMatch(/srv|sub-1/);
      const facts = ({ part, ok, code, checkedAt }: (typeof shown.parts)[number]) => [
        part,
        ok,
        code,
        checkedAt,
      ];
      expect(shown.parts.map(facts)).toEqual(health.parts.map(facts));
      expect({ ...shown, parts: [] }).toEqual({ ...health, parts: [] });
    }
  });

  test("an unreachable database is reported, not thrown", async () => {
    const lost = await createWorld();
    await lost.stopEngine();
    await lost.api.db.close();
    const health = await readHealth(lost.api);
    expect(health).toMatchObject({ ok: false });
    expect(health.parts.every((part) => !part.ok)).toBe(true);
    const { who, refusal } = await createContext(lost.api, { sessionToken: "ks_any" });
    expect({ who, code: refusal?.code }).not.toMatchObject({ code: "NOT_SIGNED_IN" });
    await lost[Symbol.asyncDispose]();
  });
});
