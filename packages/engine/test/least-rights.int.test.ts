/** Three identities on one container: the engine writes without a right to delete, collects with another, and a reader reads. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BlobServiceClient, ContainerSASPermissions } from "@azure/storage-blob";
import { createJob, inTransaction, makeDefaultVault } from "@kluis/db";
import { engineActor, systemClock } from "@kluis/domain";
import { openVault, openVaultKey, openVaultStore, vaultCredentialsText } from "@kluis/vault";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Engine } from "../src/engine.ts";
import { parseEngineEnv } from "../src/env.ts";
import { dataTasks } from "../src/tasks.ts";
import { addBlobVault } from "./second-copies.ts";
import { MIB, random, standardPolicy, World } from "./world.ts";

const container = "least-rights";
const signal = AbortSignal.timeout(180_000);
let world: World;
let engine: Engine;
let env: Record<string, string>;
beforeAll(async () => {
  world = await World.start();
  await serviceOf().getContainerClient(container).create();
  env = {
    KLUIS_VAULT_CONTAINER: container,
    KLUIS_VAULT_CONNECTION_FILE: await fileWith("rcl"),
    KLUIS_VAULT_COLLECTOR_FILE: await fileWith("d"),
  };
  engine = await world.startEngine({ env });
});
afterAll(() => world.stop());

function serviceOf(): BlobServiceClient {
  return BlobServiceClient.fromConnectionString(world.stack.azurite.connectionString);
}

async function connectionWith(permissions: string, name = container): Promise<string> {
  const url = await serviceOf()
    .getContainerClient(name)
    .generateSasUrl({
      permissions: ContainerSASPermissions.parse(permissions),
      expiresOn: new Date(Date.now() + 3_600_000),
    });
  const { origin, pathname, search } = new URL(url);
  const account = pathname.split("/")[1] ?? "";
  return `BlobEndpoint=${origin}/${account};SharedAccessSignature=${search.slice(1)}`;
}

async function fileWith(permissions: string): Promise<string> {
  const file = join(world.stack.folder, `connection-${permissions}`);
  await writeFile(file, await connectionWith(permissions), { mode: 0o600 });
  return file;
}

test("backups need no right to delete; a reader restores and verifies; deletions are the collector's", async () => {
  const image = await world.image("disk", 32 * MIB, [random(0, MIB)]);
  const vmId = await world.protectedVm({ name: "web", disks: [image], policy: standardPolicy });
  const point = await world.backUp(vmId);
  const { store } = await engine.deps.vaults.open(point.vaultId);
  const settings = parseEngineEnv({ ...world.engineEnv, ...env }).vault;
  if (settings.kind !== "azure-blob") throw new Error("The vault is in Azurite.");

  // The writer alone cannot remove what it wrote.
  const writer = await openVaultStore({ ...settings, collector: undefined }, signal, { maxTries: 1 });
  await expect(writer.delete(`points/${point.id}`, signal)).rejects.toMatchObject({
    code: "AZURE_FORBIDDEN",
  });

  // What the portal has: it opens, verifies and reads, and can neither write nor delete.
  const reading = { ...settings, collector: undefined, connectionString: await connectionWith("rl") };
  const readerStore = await openVaultStore(reading, signal, { maxTries: 1, createContainer: false });
  const keys = await openVaultKey(settings, { create: false });
  const reader = await openVault({ store: readerStore, keys, signal });
  const result = await reader.verifyPoint(point.id, { mode: "full", signal });
  expect(result).toMatchObject({ problems: [] });
  await expect(readerStore.put("checks/x", [Buffer.from("x")], signal)).rejects.toMatchObject({
    code: "AZURE_FORBIDDEN",
  });
  await expect(readerStore.delete(`points/${point.id}`, signal)).rejects.toMatchObject({
    code: "AZURE_FORBIDDEN",
  });

  // The engine's own store sends deletions as the collector.
  await store.put("checks/0123456789abcdef", [Buffer.from("x")], signal);
  expect(await store.delete("checks/0123456789abcdef", signal)).toBe(true);
});

test("the collection of an added vault deletes with its collector", async () => {
  const name = "added-vault";
  await serviceOf().getContainerClient(name).create();
  const [writer, collector] = [await connectionWith("rcl", name), await connectionWith("d", name)];
  const id = await addBlobVault(world, name, vaultCredentialsText({ writer, collector }));
  await inTransaction(world.db, (tx) => makeDefaultVault(tx, id, systemClock));
  const image = await world.image("added", 32 * MIB, [random(0, MIB)]);
  const vmId = await world.protectedVm({ name: "added", disks: [image], policy: standardPolicy });
  const point = await world.backUp(vmId);
  expect(point.vaultId).toBe(id);
  const packs = async () => {
    const blobs = serviceOf().getContainerClient(name).listBlobsFlat({ prefix: "packs/" });
    return (await Array.fromAsync(blobs)).length;
  };
  expect(await packs()).toBeGreaterThan(0);

  const job = { kind: "delete-point", vmId, pointId: point.id, trigger: "manual" } as const;
  const request = { ...job, actor: engineActor, parameters: { reason: "test" } };
  const jobId = await inTransaction(world.db, (tx) => createJob(tx, request, systemClock));
  expect((await world.ended(jobId)).state).toBe("succeeded");
  const collect = () => dataTasks["vault.collect"].run({ deps: engine.deps, payload: {}, signal });
  // Condemns, and after the grace period deletes; one of the two vaults at a time.
  for (let round = 0; round < 6 && (await packs()) > 0; round++) {
    await collect();
    await world.clock.advance({ hours: 3 });
  }
  expect(await packs()).toBe(0);
});
