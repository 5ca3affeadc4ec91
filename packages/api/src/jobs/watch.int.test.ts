import { createJob, inTransaction, notify } from "@kluis/db";
import { engineActor, systemClock } from "@kluis/domain";
import { lazyKeyVault } from "@kluis/vault";
import { isTrackedEnvelope } from "@trpc/server";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createApi } from "../api.ts";
import type { Api } from "../context.ts";
import { createContext } from "../identity/identity.ts";
import { createCaller } from "../root.ts";
import { createWorld, type World } from "../testing.ts";

let world: World;
/** A second portal process on the same database. */
let second: Api;
let ending: AbortController;
beforeAll(async () => {
  world = await createWorld();
  const vault = { kind: "folder", name: "main", folder: world.folder, keyFile: "none" } as const;
  second = await createApi({
    env: {
      databaseUrl: world.database.url,
      poolSize: 3,
      logLevel: "error",
      vault,
      keyVault: lazyKeyVault(() => Promise.reject(new Error("There is no key vault."))),
      secretsKeyFile: null,
      vaultFolders: null,
      firstOwner: null,
      directory: { client: null, groupRightsMs: 3_600_000 },
    },
    logger: pino({ level: "silent" }),
  });
});
afterAll(async () => {
  await second.close();
  await world[Symbol.asyncDispose]();
});
beforeEach(() => {
  ending = new AbortController();
});
afterEach(() => ending.abort());

async function callerIn(api: Api, person: "commerceAdmin" | "platformReader") {
  const context = await createContext(api, { sessionToken: await world.session(person) });
  return createCaller(context, { signal: ending.signal });
}

async function callerOfOwner() {
  return world.as("owner");
}

function newBackup(vmId: string): Promise<string> {
  return inTransaction(world.api.db, (tx) =>
    createJob(tx, { kind: "backup", vmId, trigger: "manual", actor: engineActor }, systemClock),
  );
}

/** The next tracked event; null at the end of the stream. */
async function next<T>(
  stream: AsyncIterator<{ id: string; data: T }>,
): Promise<{ id: string; data: T } | null> {
  const result = await stream.next();
  if (result.done === true) return null;
  // A caller in the same process receives an event in tRPC's envelope: [id, data, mark].
  const envelope: unknown = result.value;
  if (!isTrackedEnvelope<T>(envelope)) throw new Error("Every event has an id.");
  return { id: envelope[0], data: envelope[1] };
}

describe("one job", () => {
  test("a watcher in another process sees its state, each change and its end; then the stream ends", async () => {
    const jobId = await newBackup(world.commerceVm);
    const stream = (await (await callerIn(second, "commerceAdmin")).jobs.watch({ job: jobId }))[
      Symbol.asyncIterator
    ]();
    expect((await next(stream))?.data).toMatchObject({ id: jobId, state: "queued" });
    const pending = next(stream);
    await inTransaction(world.api.db, async (tx) => {
      await tx.job.update({ where: { id: jobId }, data: { state: "running", stage: "snapshot" } });
      await notify(tx, "job", { jobId });
    });
    expect((await pending)?.data).toMatchObject({ state: "running", stage: "snapshot" });
    await world.endJob(jobId, "succeeded");
    const last = await next(stream);
    expect(last?.data).toMatchObject({ state: "succeeded" });
    expect(await next(stream)).toBeNull();

    // A client that returns with the id of the last event gets nothing twice.
    const again = await (await callerIn(world.api, "commerceAdmin")).jobs.watch({
      job: jobId,
      lastEventId: last?.id,
    });
    expect(await next(again[Symbol.asyncIterator]())).toBeNull();
  });

  test("the stream ends when the user loses the right during it", async () => {
    const jobId = await newBackup(world.commerceVm);
    const token = await world.session("commerceAdmin");
    let now = new Date();
    const api: Api = { ...world.api, clock: { now: () => now } };
    const caller = createCaller(await createContext(api, { sessionToken: token }), { signal: ending.signal });
    const stream = (await caller.jobs.watch({ job: jobId }))[Symbol.asyncIterator]();
    expect((await next(stream))?.data).toMatchObject({ id: jobId });
    await world.api.db.pool.query(`UPDATE "Session" SET "revokedAt" = now()`);
    now = new Date(now.getTime() + 10_000);
    const pending = next(stream);
    await inTransaction(world.api.db, (tx) => notify(tx, "job", { jobId }));
    await expect(pending).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await world.endJob(jobId, "cancelled");
  });
});

describe("all jobs", () => {
  beforeEach(async () => {
    const { rows } = await callerOfOwner().then((owner) => owner.jobs.list({ state: ["queued", "running"] }));
    for (const row of rows) await world.endJob(row.id, "cancelled");
  });

  test("first the active jobs, then those that change, never those of another team", async () => {
    const mine = await newBackup(world.commerceVm);
    const theirs = await newBackup(world.platformVm);
    const stream = (await (await callerIn(second, "commerceAdmin")).jobs.watchAll())[Symbol.asyncIterator]();
    const first = await next(stream);
    expect(first?.data.map((row) => row.id)).toContain(mine);
    expect(JSON.stringify(first)).not.toContain(theirs);
    const pending = next(stream);
    await world.endJob(theirs, "succeeded");
    await world.endJob(mine, "succeeded");
    const rows = (await pending)?.data ?? [];
    expect(rows.map((row) => row.vm?.name)).not.toContain("ops-01");
    const seen = rows.some((row) => row.id === mine) ? rows : ((await next(stream))?.data ?? []);
    expect(seen.find((row) => row.id === mine)).toMatchObject({ state: "succeeded" });
  });

  test("a client that returns also gets the jobs that have ended since", async () => {
    const caller = await callerIn(world.api, "commerceAdmin");
    const stream = (await caller.jobs.watchAll())[Symbol.asyncIterator]();
    const before = await next(stream);
    await stream.return?.(undefined);
    const jobId = await newBackup(world.commerceVm);
    await world.endJob(jobId, "succeeded");
    const back = (await (await callerIn(second, "commerceAdmin")).jobs.watchAll({ lastEventId: before?.id }))[
      Symbol.asyncIterator
    ]();
    expect((await next(back))?.data.map((row) => row.id)).toContain(jobId);
  });
});
