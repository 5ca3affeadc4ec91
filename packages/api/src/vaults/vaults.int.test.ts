import {
  clearVaultAttention,
  inTransaction,
  raiseAttention,
  readSealedVaultSecrets,
  recordVaultTest,
  requireVault,
} from "@kluis/db";
import { notice, vaultAttentionKinds, vaultOfAttention } from "@kluis/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type World } from "../testing.ts";
import { accountOf } from "./inputs.ts";

const connectionString = "DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=c2VjcmV0LWtleQ==";

let world: World;
let owner: Awaited<ReturnType<World["as"]>>;
beforeAll(async () => {
  world = await createWorld();
  owner = await world.as("owner");
});
afterAll(() => world[Symbol.asyncDispose]());

async function finishTest(ref: string): Promise<void> {
  const { prisma } = world.api.db;
  const { id, changedAt } = await requireVault(prisma, ref);
  const test = { checks: [{ check: "reach", error: null } as const], clockSkewMs: 0 };
  await recordVaultTest(prisma, { id, changedAt, test, by: "engine-1", at: new Date() });
}

test("a vault is added disabled, with its key sealed, and becomes the default after its test", async () => {
  const place = { kind: "azure-blob", connectionString, container: "kluis-second" } as const;
  const added = await owner.vaults.add({ name: "second", place });
  expect(added).toMatchObject({ state: "disabled", account: "acct", test: { pending: true } });
  expect(JSON.stringify(added)).not.toContain("c2VjcmV0LWtleQ");
  const sealed = (await readSealedVaultSecrets(world.api.db.prisma)).get(added.id);
  expect(world.api.secrets.open(sealed ?? new Uint8Array(), `vault:${added.id}`)).toBe(connectionString);
  await expect(owner.vaults.enable({ vault: "second" })).rejects.toThrow(/no successful test/);
  await expect(owner.vaults.makeDefault({ vault: "second" })).rejects.toThrow(/disabled/);
  await finishTest("second");
  await owner.vaults.enable({ vault: "second" });
  await expect(owner.vaults.disable({ vault: "main" })).rejects.toThrow(/is the default/);
  await owner.vaults.makeDefault({ vault: "second" });
  expect(await owner.vaults.disable({ vault: "main" })).toMatchObject({
    state: "disabled",
    isDefault: false,
  });
});

test("points of a disabled vault can be downloaded, and the vault cannot be removed", async () => {
  const point = await world.addPoint(world.commerceVm, new Uint8Array(64 * 1024).fill(3));
  expect((await owner.points.get({ point })).vault).toMatchObject({ name: "main" });
  await expect(owner.vaults.remove({ vault: "main" })).rejects.toThrow(/follows the environment/);
  const vault = await world.api.vaults.open(world.api.db.prisma, world.vault.id);
  expect(vault.id).toBe(world.vault.id);
  const rows = await owner.vaults.list();
  expect(rows.map(({ name, use }) => [name, use.points, use.ever])).toEqual([
    ["main", 1, 1],
    ["second", 0, 0],
  ]);
});

test("a vault is renamed, but not the one of the environment", async () => {
  await owner.vaults.update({ vault: "second", name: "archive" });
  expect(await owner.vaults.get({ vault: "archive" })).toMatchObject({ name: "archive" });
  const fixed = owner.vaults.update({ vault: "main", name: "other" });
  await expect(fixed).rejects.toMatchObject({ cause: { reason: "vault-name-fixed" } });
  const taken = owner.vaults.update({ vault: "archive", name: "main" });
  await expect(taken).rejects.toMatchObject({ cause: { reason: "vault-name-taken" } });
  await owner.vaults.update({ vault: "archive", name: "second" });
  const { prisma } = world.api.db;
  const events = await prisma.ledgerEvent.findMany({ where: { kind: "vault.changed" } });
  expect(events.map(({ data }) => data)).toMatchObject([{ wasName: "second", name: "archive" }, {}]);
});

test("a folder is below the one that the operator allows", async () => {
  const { folder } = await owner.vaults.add({ name: "third", place: { kind: "folder", folder: "third" } });
  expect(folder).toBe(`${world.folder}/vaults/third`);
  const up = owner.vaults.add({ name: "up", place: { kind: "folder", folder: "../up" } });
  await expect(up).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await owner.vaults.remove({ vault: "third" });
});

test("a removed vault needs no attention any more", async () => {
  const { db } = world.api;
  const { id } = await owner.vaults.add({ name: "gone", place: { kind: "folder", folder: "gone" } });
  const said = notice("vault-missing", { vault: "gone" });
  const raise = () =>
    inTransaction(db, async (tx) => {
      for (const kind of vaultAttentionKinds) {
        await raiseAttention(tx, { key: `${kind}:${id}`, kind, notice: said });
        await raiseAttention(tx, { key: `${kind}:${id}:holder`, kind, notice: said });
        await raiseAttention(tx, { key: `${kind}:${world.vault.id}`, kind, notice: said });
      }
    });
  const raised = async () =>
    (await db.prisma.attention.findMany({ where: { kind: { in: [...vaultAttentionKinds] } } })).map(
      ({ key }) => vaultOfAttention(key),
    );
  await raise();
  expect(new Set(await raised())).toEqual(new Set([id, world.vault.id]));
  await owner.vaults.remove({ vault: "gone" });
  expect(new Set(await raised())).toEqual(new Set([world.vault.id]));
  // An engine that still works with it raises nothing.
  await raise();
  expect(new Set(await raised())).toEqual(new Set([world.vault.id]));
  await inTransaction(db, (tx) => clearVaultAttention(tx, world.vault.id));
  expect(await raised()).toEqual([]);
});

test("a vault stays while a manifest is to be removed from it", async () => {
  const { id } = await owner.vaults.add({ name: "fourth", place: { kind: "folder", folder: "fourth" } });
  const { pool } = world.api.db;
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO "AzureResource" (id, kind, "resourceId", state, wanted, detail)
    VALUES (gen_random_uuid(), 'manifest', 'vaults/fourth/points/p', 'created', 'removed', $1) RETURNING id`,
    [JSON.stringify({ vaultId: id, pointId: id })],
  );
  const removed = owner.vaults.remove({ vault: "fourth" });
  await expect(removed).rejects.toMatchObject({ cause: { reason: "vault-held", params: { manifests: 1 } } });
  await pool.query(`UPDATE "AzureResource" SET state = 'removed' WHERE id = $1`, [rows[0]?.id]);
  expect(await owner.vaults.remove({ vault: "fourth" })).toMatchObject({ name: "fourth" });
});

test("a second copy has another vault, and says how far it is behind", async () => {
  const rules = { daily: null, bandwidth: 50, keepDays: 7, lagHours: 24 };
  const set = (to: string) => owner.vaults.setCopy({ vault: "main", copy: { to, ...rules } });
  await expect(set("main")).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await expect(set("nowhere")).rejects.toMatchObject({ code: "NOT_FOUND" });
  const off = await owner.vaults.add({ name: "fifth", place: { kind: "folder", folder: "fifth" } });
  await expect(set("fifth")).rejects.toMatchObject({ cause: { reason: "vault-disabled" } });
  const second = await owner.vaults.get({ vault: "second" });
  const { copy } = await set("second");
  expect(copy).toMatchObject({ to: { id: second.id, name: "second" }, ...rules, lag: { points: 1 } });
  const inVm = async () => (await owner.vms.get({ vm: world.commerceVm })).copies;
  expect(await inVm()).toMatchObject([{ to: "second", points: 1, behind: 1 }]);
  const { prisma } = world.api.db;
  expect(
    await prisma.ledgerEvent.findFirst({ where: { kind: "vault.changed" }, orderBy: { seq: "desc" } }),
  ).toMatchObject({
    data: { was: { copy: null }, copy: { to: second.id } },
  });
  await expect(owner.vaults.remove({ vault: second.id })).rejects.toMatchObject({
    cause: { reason: "vault-copied-to", params: { from: "main" } },
  });
  expect((await owner.vaults.setCopy({ vault: "main", copy: null })).copy).toBeNull();
  expect(await inVm()).toEqual([]);
  await owner.vaults.remove({ vault: off.id });
});

test("a connection string needs a key, and sends it encrypted or to this machine only", () => {
  expect(accountOf(connectionString)).toBe("acct");
  expect(accountOf("AccountName=acct;AccountKey=k;BlobEndpoint=http://127.0.0.1:10000/acct;")).toBe("acct");
  expect(accountOf("BlobEndpoint=https://acct.blob.core.windows.net;SharedAccessSignature=sv=1")).toBe(
    "acct",
  );
  for (const bad of [
    "AccountName=acct",
    "DefaultEndpointsProtocol=http;AccountName=acct;AccountKey=k",
    "AccountName=acct;AccountKey=k;BlobEndpoint=http://storage.example/a",
    "not a connection string",
  ])
    expect(accountOf(bad)).toBeNull();
});

test("a connection string is refused when the SDK would read another address from it than Kluis", () => {
  const good = "DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=k;EndpointSuffix=core.windows.net";
  expect(accountOf(good)).toBe("acct");
  const safe = "BlobEndpoint=https://acct.blob.core.windows.net";
  for (const bad of [
    `BlobEndpoint=http://169.254.169.254/a;${good};${safe}`,
    `${good.replace("https", "HTTP")}`,
    `${good.replace("https", "http")};blobendpoint=https://acct.blob.core.windows.net`,
    `UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://169.254.169.254;${good}`,
    `${good.replace("AccountName=acct", "AccountName=169.254.169.254/")}`,
    `${good.replace("EndpointSuffix=core", "EndpointSuffix=x@10.0.0.1/core")}`,
    `${good};BlobEndpoint=https://user:pass@acct.blob.core.windows.net`,
    `${good};BlobEndpointSecondary=http://10.0.0.1`,
  ])
    expect([bad, accountOf(bad)]).toEqual([bad, null]);
});

test("the owner sees what collection would free, and why the rest stays", async () => {
  const { prisma } = world.api.db;
  const vaultId = world.vault.id;
  const old = new Date(Date.now() - 3 * 3_600_000);
  const later = new Date(Date.now() + 3_600_000);
  await prisma.vaultPack.createMany({
    data: [
      { vaultId, packId: "s-idle", bytes: 10n },
      { vaultId, packId: "s-now", bytes: 20n, condemnedAt: old },
      { vaultId, packId: "s-sparse", bytes: 40n, idleSince: null, sparse: true },
      {
        vaultId,
        packId: "s-kept",
        bytes: 80n,
        condemnedAt: old,
        deletingAt: old,
        refusal: {},
        retryAt: later,
      },
    ],
  });
  const { number } = await prisma.vaultPack.findFirstOrThrow({ where: { packId: "s-sparse" } });
  await prisma.vaultUse.create({ data: { pack: number, refs: 2, live: 20n } });
  const { reasons, kept } = await owner.vaults.space({ vault: "main" });
  const bytes = Object.fromEntries(reasons.map((one) => [one.reason, one.bytes]));
  // Compaction does not begin in a vault that refuses a deletion: copies would only add to it.
  expect(bytes).toMatchObject({ now: 20, compaction: 0, refused: 110, "unreadable-point": 0 });
  expect(bytes["grace"]).toBeGreaterThanOrEqual(10);
  expect(kept.map(({ pack, reason }) => [pack, reason])).toEqual([
    ["s-kept", "refused"],
    ["s-sparse", "refused"],
  ]);
  await prisma.vaultPack.deleteMany({ where: { packId: "s-kept" } });
  const without = await owner.vaults.space({ vault: "main" });
  expect(without.reasons.find(({ reason }) => reason === "compaction")?.bytes).toBe(30);
  await prisma.vaultPack.deleteMany({ where: { packId: { startsWith: "s-" } } });
});

test("the owner sees what a vault really holds", async () => {
  const before = await owner.vaults.figures({ vault: "main" });
  expect(before.points).toMatchObject({ available: 1, damaged: 0, pinned: 0, softDeleted: { count: 0 } });
  const { prisma } = world.api.db;
  await prisma.vaultPack.create({ data: { vaultId: world.vault.id, packId: "figures", bytes: 1_000n } });
  expect(await owner.vaults.figures({ vault: "main" })).toMatchObject({
    packs: { count: before.packs.count + 1, bytes: before.packs.bytes + 1_000 },
    idle: { count: before.idle.count + 1, bytes: before.idle.bytes + 1_000 },
    used: before.used,
  });
  await expect(owner.vaults.figures({ vault: "none" })).rejects.toThrow(/no vault "none"/);
});
