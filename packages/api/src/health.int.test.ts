import { newId, registerEngine, setPartHealth } from "@kluis/db";
import { limits } from "@kluis/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readHealth } from "./health.ts";
import { createContext } from "./identity.ts";
import { createWorld, MovedClock, type World } from "./testing.ts";

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
  test("follows the engine's heartbeat and what it last saw", async () => {
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
    clock.forward(limits.partStaleMs + 1);
    expect(await stateOf()).toEqual({ database: true, engine: false, vault: false, azure: false });
  });

  test("a database that is away is said, not thrown", async () => {
    const away = await createWorld();
    await away.api.db.close();
    const health = await readHealth(away.api);
    expect(health).toMatchObject({ ok: false });
    expect(health.parts.every((part) => !part.ok)).toBe(true);
    const { who, refusal } = await createContext(away.api, { sessionToken: "ks_any" });
    expect({ who, code: refusal?.code }).not.toMatchObject({ code: "NOT_SIGNED_IN" });
    await away[Symbol.asyncDispose]();
  });
});
