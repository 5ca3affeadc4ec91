/** Second copies in the engine's tests: second vaults, the rule of a first vault, and jobs on a copy. */
import { join } from "node:path";
import { changeVault, createJob, createVaultRow, inTransaction, newId, openSecretBox } from "@kluis/db";
import { engineActor, type JobKind, systemClock, type VaultCopy } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID } from "@kluis/local-azure";
import { expect } from "vitest";
import { GROUP, type PointRow, type World } from "./world.ts";

/** Adds a vault in a folder of this machine. An engine creates it with other keys. */
export async function addFolderVault(world: World, name: string): Promise<string> {
  const id = newId(systemClock);
  const folder = join(world.stack.folder, name);
  const facts = { id, name, kind: "folder", source: "portal", state: "enabled" } as const;
  await inTransaction(world.db, (tx) =>
    createVaultRow(tx, { ...facts, account: null, container: null, folder, sealedSecret: null }, systemClock),
  );
  return id;
}

/** Adds a vault in another container of the storage account. @param secret what its credential holds; default: the account's key */
export async function addBlobVault(
  world: World,
  name: string,
  secret = world.stack.azurite.connectionString,
): Promise<string> {
  const id = newId(systemClock);
  const facts = { id, name, kind: "azure-blob", source: "portal", state: "enabled" } as const;
  const place = { account: "devstoreaccount1", container: name, folder: null };
  const sealedSecret = sealed(world, id, secret);
  await inTransaction(world.db, (tx) =>
    createVaultRow(tx, { ...facts, ...place, sealedSecret }, systemClock),
  );
  return id;
}

/** Replaces the key of a vault's storage account by a wrong one, or puts the right one back. */
export async function setKey(world: World, id: string, key: "right" | "wrong"): Promise<void> {
  const right = world.stack.azurite.connectionString;
  const wrong = `AccountKey=${Buffer.alloc(64, 1).toString("base64")}`;
  const sealedSecret = sealed(world, id, key === "right" ? right : right.replace(/AccountKey=[^;]*/, wrong));
  await inTransaction(world.db, (tx) => changeVault(tx, { id, change: { sealedSecret } }, systemClock));
}

function sealed(world: World, id: string, connectionString: string): Uint8Array<ArrayBuffer> {
  return openSecretBox(world.engineEnv["KLUIS_SECRETS_KEY_FILE"] ?? null).seal(
    connectionString,
    `vault:${id}`,
  );
}

const plainly = { daily: null, bandwidth: null, keepDays: 0, lagHours: null } as const;

/** Sets the second vault of a vault. */
export async function copyTo(
  world: World,
  { from, to }: { readonly from: string; readonly to: string },
  rules: Partial<VaultCopy> = {},
): Promise<void> {
  const copy = { ...plainly, to, ...rules };
  await inTransaction(world.db, (tx) => changeVault(tx, { id: from, change: { copy } }, systemClock));
}

/** Waits for the copy of a point in a vault. */
export function copied(world: World, { id }: PointRow, vaultId: string): Promise<PointRow> {
  return world.until(`the copy of ${id}`, 100_000, () =>
    world.db.prisma.recoveryPoint.findFirst({ where: { copyOf: id, vaultId }, include: { disks: true } }),
  );
}

export const sumOf = ({ disks }: PointRow, key: "readBytes" | "movedBytes"): number =>
  disks.reduce((total, disk) => total + Number(disk[key]), 0);

/** Starts a job on a point. */
export async function startOn(
  world: World,
  point: PointRow,
  { kind, ...parameters }: { readonly kind: JobKind } & Readonly<Record<string, unknown>>,
): Promise<string> {
  const job = { kind, vmId: point.vmId, pointId: point.id, trigger: "manual", actor: engineActor } as const;
  return inTransaction(world.db, (tx) => createJob(tx, { ...job, parameters }, systemClock));
}

/** Restores the OS disk of a point as a new disk. Returns the digest of its content. */
export async function restored(world: World, point: PointRow, name: string): Promise<string> {
  const place = { subscriptionId: CONTOSO_SUBSCRIPTION_ID, resourceGroup: GROUP, location: "westeurope" };
  const disk = { disk: "os", name, sku: "Premium_LRS", ...place };
  const job = await world.ended(await startOn(world, point, { kind: "restore-disk", ...disk }));
  expect(job).toMatchObject({ state: "succeeded", error: null });
  return world.diskDigest(name);
}
