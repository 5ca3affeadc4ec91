/** Guardrails bind what is saved from now on, list what existed before, and meet what is saved at the same moment. */
import { type Guardrails, guardrailsSchema } from "@kluis/domain";
import { expect, test } from "vitest";
import { codeOf, errorOf, freshWorld, nightly } from "../../test/world.ts";
import type { RequestContext } from "../context.ts";
import { diskDownloadResponse } from "../responses.ts";
import { createCaller } from "../root.ts";

const api = freshWorld();

async function set(document: Guardrails): Promise<void> {
  const { version } = await api.owner.guardrails.get();
  await api.owner.guardrails.update({ expectedVersion: version, document });
}

const longer = { ...nightly, retention: { daily: 30 } };

test("a policy that does not keep the guardrails is refused with what would pass", async () => {
  await set({ retention: { shortestDays: 30 }, schedule: { longestIntervalHours: 12 } });
  const refused = await errorOf(api.admin.policies.create({ name: "short", document: nightly }));
  expect(refused).toMatchObject({ cause: { code: "GUARDRAIL", reason: "several", params: { count: 2 } } });
  expect(String(refused)).toContain("at least 30 days are required");
  const made = await errorOf(api.admin.policies.create({ name: "daily", document: longer }));
  expect(made).toMatchObject({
    cause: { code: "GUARDRAIL", reason: "interval", params: { hours: 24, most: 12 } },
  });
  const { violations } = await api.admin.policies.preview({ document: nightly });
  expect(violations.map(({ rule }) => rule)).toEqual(["interval", "retention"]);
  const schedule = { kind: "daily" as const, times: ["01:00", "13:00"], timeZone: "UTC" };
  await api.admin.policies.create({ name: "often", document: { ...longer, schedule } });
});

test("what existed before is listed for repair, keeps its VMs, and gets no other", async () => {
  const { name } = await api.admin.policies.create({ name: "before", document: nightly });
  const policy = await api.admin.policies.get({ policy: name });
  await api.admin.protection.set({ vm: "shop-01", policy: "before" });
  const document = guardrailsSchema.parse({ retention: { shortestDays: 30 }, teams: { tagScopes: false } });
  const preview = await api.owner.guardrails.preview({ document });
  expect(preview.violations.policies.map((one) => one.name)).toContain("before");
  expect((await api.owner.guardrails.violations()).totals).toEqual({ policies: 0, vaults: 0, teams: 0 });
  await set(document);
  const listed = await api.admin.guardrails.violations();
  expect(listed.policies.find((one) => one.name === "before")).toMatchObject({
    team: { name: "Commerce" },
    vms: 1,
    violations: [{ rule: "retention", params: { days: 7, least: 30, daily: 30, points: 30 } }],
  });
  // Another team does not see the policy.
  const others = await (await api.as("platformReader")).guardrails.violations();
  expect(others.policies.map((one) => one.name)).not.toContain("before");
  expect(others.vaults).toEqual([]);
  const seen = await api.admin.policies.get({ policy: "before" });
  expect(seen.violations).toHaveLength(1);
  // The VM stays under it, and its disks can be chosen; no VM comes under it.
  await api.admin.protection.set({ vm: "shop-01", policy: "before", excludedDisks: [] });
  await api.admin.protection.stop({ vm: "shop-01" });
  expect(await codeOf(api.admin.protection.set({ vm: "shop-01", policy: "before" }))).toBe("GUARDRAIL");
  const shown = await api.admin.protection.preview({ vm: "shop-01", policy: "before" });
  expect(shown.violations.map(({ rule }) => rule)).toEqual(["retention"]);
  // Its description can be edited, its rules only within the guardrails.
  const edit = { policy: policy.id, expectedVersion: 1 };
  expect(
    await codeOf(api.admin.policies.update({ ...edit, document: { ...nightly, instantRestoreDays: 1 } })),
  ).toBe("GUARDRAIL");
  await api.admin.policies.update({ ...edit, description: "Of the shop", document: nightly });
  const attention = () => api.world.api.db.prisma.attention.findMany({ where: { kind: "guardrail" } });
  expect(await attention()).toMatchObject([{ key: "guardrail:violations" }]);
  await set({});
  expect(await attention()).toEqual([]);
});

test("a version is saved once, is in the ledger, and has a readable difference", async () => {
  const document = { schedule: { longestIntervalHours: 24 } };
  const edit = { expectedVersion: 0, document };
  const both = await Promise.all([
    codeOf(api.owner.guardrails.update(edit)),
    codeOf(api.owner.guardrails.update(edit)),
  ]);
  expect(both.toSorted()).toEqual(["CONFLICT", "none"]);
  expect(await codeOf(api.admin.guardrails.update({ expectedVersion: 1, document }))).toBe("FORBIDDEN");
  await set({ schedule: { longestIntervalHours: 12 }, downloads: { allowed: false } });
  const { rows } = await api.owner.guardrails.history({});
  expect(rows.map(({ version, changes }) => [version, changes.map(({ text }) => text)])).toEqual([
    [2, ["Hours between backups, at most: 12; before: 24", "Downloads allowed: no; before: not restricted"]],
    [1, ["Hours between backups, at most: 24; before: not restricted"]],
  ]);
  const events = await api.owner.audit.list({ kind: ["guardrails.changed"] });
  expect(events.rows[0]?.data).toMatchObject({ version: 2, after: { downloads: { allowed: false } } });
});

/** The same request from this address. */
async function from(ip: string | null): Promise<RequestContext> {
  return { ...(await api.world.context("commerceOperator")), ip };
}

test("downloads only from the networks that are allowed, and not at all where they are not", async () => {
  const point = await api.world.addPoint(api.world.commerceVm, new Uint8Array(65536).fill(1));
  await set({ downloads: { networks: ["10.0.0.0/8", "fd00::/8"] } });
  const status = async (ip: string | null): Promise<number> => {
    const request = new Request("http://127.0.0.1/");
    const response = await diskDownloadResponse(
      await from(ip),
      { point, disk: "os", format: undefined, holes: undefined },
      request,
    );
    return response.status;
  };
  expect([await status("10.1.2.3"), await status("::ffff:10.1.2.3"), await status("fd12::1")]).toEqual([
    200, 200, 200,
  ]);
  expect([await status("192.0.2.1"), await status(null)]).toEqual([412, 412]);
  const extents = async (ip: string | null) =>
    codeOf(createCaller(await from(ip)).points.extents({ point, disk: "os" }));
  expect([await extents("10.1.2.3"), await extents("192.0.2.1"), await extents(null)]).toEqual([
    "none",
    "GUARDRAIL",
    "GUARDRAIL",
  ]);
  const { download } = await createCaller(await from("192.0.2.1")).guardrails.get();
  expect(download).toMatchObject({ rule: "download-network", params: { address: "192.0.2.1" } });
  await set({ downloads: { allowed: false } });
  expect(await status("10.1.2.3")).toBe(412);
});

test("restores go only to the regions that are allowed", async () => {
  const point = await api.world.addPoint(api.world.commerceVm, new Uint8Array(65536).fill(1));
  const restore = { point, disk: "os", name: "restored" };
  const { target } = await api.admin.restores.plan(restore);
  await set({ restore: { regions: ["brazilsouth"] } });
  expect(await api.admin.restores.plan(restore)).toMatchObject({
    violations: [{ rule: "restore-region", params: { region: target.location, regions: "brazilsouth" } }],
  });
  expect(await codeOf(api.admin.restores.create(restore))).toBe("GUARDRAIL");
  await set(guardrailsSchema.parse({ restore: { regions: ["brazilsouth", target.location] } }));
  expect((await api.admin.restores.plan(restore)).violations).toEqual([]);
  await api.admin.restores.create(restore);
});

test("a vault needs a region that is allowed, and the keys that are required", async () => {
  const [vault] = await api.owner.vaults.list();
  if (vault === undefined) throw new Error("No vault.");
  await set({ vaults: { regions: ["westeurope"], keys: ["recovery-proven"] } });
  const { vaults } = await api.owner.guardrails.violations();
  expect(vaults).toMatchObject([
    { name: vault.name, violations: [{ rule: "vault-region-unknown" }, { rule: "vault-recovery-key" }] },
  ]);
  const configure = (region: string) => api.owner.vaults.configure({ vault: vault.id, region });
  expect(await errorOf(configure("East US"))).toMatchObject({
    cause: { code: "GUARDRAIL", reason: "vault-region", params: { region: "eastus", regions: "westeurope" } },
  });
  expect(await configure("West Europe")).toMatchObject({ region: "westeurope" });
  expect((await api.owner.guardrails.violations()).vaults).toMatchObject([
    { violations: [{ rule: "vault-recovery-key" }] },
  ]);
  const place = {
    kind: "azure-blob",
    connectionString:
      "DefaultEndpointsProtocol=https;AccountName=second;AccountKey=a2V5;EndpointSuffix=core.windows.net",
    container: "kluis",
  } as const;
  expect(await codeOf(api.owner.vaults.add({ name: "second", place }))).toBe("GUARDRAIL");
  expect(await codeOf(api.owner.vaults.add({ name: "second", place, region: "eastus" }))).toBe("GUARDRAIL");
  const added = await api.owner.vaults.add({ name: "second", place, region: "westeurope" });
  await api.world.api.db.prisma.vault.updateMany({ where: { id: added.id }, data: { state: "enabled" } });
  expect(await errorOf(api.owner.vaults.makeDefault({ vault: added.id }))).toMatchObject({
    cause: { reason: "vault-recovery-key" },
  });
});

/** Waits until the work has ended, or a statement of this database waits for a lock. */
async function untilHeldUp(work: Promise<unknown>): Promise<void> {
  const ended = work.then(
    () => true,
    () => true,
  );
  for (let tries = 0; tries < 5_000; tries += 1) {
    const waiting = api.world.api.db.prisma.$queryRaw<unknown[]>`
      SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE NOT l.granted AND a.datname = current_database()`;
    if (await Promise.race([ended, waiting.then((rows) => rows.length > 0)])) return;
  }
  throw new Error("The work neither ended nor waited for a lock.");
}

test("a guardrail and a policy that are saved at the same moment: one sees the other", async () => {
  const { pool } = api.world.api.db;
  const holder = await pool.connect();
  try {
    // Both have begun and wait here, in either order.
    await holder.query("BEGIN");
    await holder.query(`LOCK TABLE "PolicyVersion", "GuardrailVersion" IN SHARE MODE`);
    const policy = errorOf(api.admin.policies.create({ name: "racing", document: nightly }));
    await untilHeldUp(policy);
    const guardrails = set({ retention: { shortestDays: 30 } });
    await untilHeldUp(guardrails);
    await holder.query("COMMIT");
    expect(await policy).toBeNull();
    await guardrails;
  } finally {
    holder.release();
  }
  // The policy was first, so that it is listed.
  const listed = (await api.owner.guardrails.violations()).policies.map(({ name }) => name);
  expect(listed).toContain("racing");
  const attention = await api.world.api.db.prisma.attention.findMany({ where: { kind: "guardrail" } });
  expect(attention).toHaveLength(1);
});

test("saved at once many times, no policy outside the guardrails is unknown to them", async () => {
  for (let round = 1; round <= 8; round += 1) {
    await set({});
    const name = `round-${round}`;
    const [code] = await Promise.all([
      codeOf(api.admin.policies.create({ name, document: nightly })),
      set({ retention: { shortestDays: 30 } }),
    ]);
    const listed = (await api.owner.guardrails.violations()).policies.some((one) => one.name === name);
    expect({ code, listed }).toEqual(
      code === "none" ? { code, listed: true } : { code: "GUARDRAIL", listed: false },
    );
  }
});
