import { newId, registerEngine, setPartHealth } from "@kluis/db";
import { limits } from "@kluis/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createContext } from "../identity/identity.ts";
import { createWorld, MovedClock, type World } from "../testing.ts";
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
    const unscheduled = { part: "scheduler", ok: false, code: "INTERNAL", message: "Backups of web-01 …" };
    await setPartHealth(prisma, { ...unscheduled, checkedAt: now });
    const { parts } = await readHealth(world.api);
    expect(parts[1]).toMatchObject({ part: "engine", ok: false, message: "Backups of web-01 …" });
    clock.forward(limits.partStaleMs + 1);
    expect(await stateOf()).toEqual({ database: true, engine: false, vault: false, azure: false });
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
    clock.forward(limits.partStaleMs + 1);
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
    await lost.api.db.close();
    const health = await readHealth(lost.api);
    expect(health).toMatchObject({ ok: false });
    expect(health.parts.every((part) => !part.ok)).toBe(true);
    const { who, refusal } = await createContext(lost.api, { sessionToken: "ks_any" });
    expect({ who, code: refusal?.code }).not.toMatchObject({ code: "NOT_SIGNED_IN" });
    await lost[Symbol.asyncDispose]();
  });
});
