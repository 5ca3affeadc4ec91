/** A local Azure and helpers for the integration tests of this package. */
import { randomUUID } from "node:crypto";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CONTOSO_SUBSCRIPTION_ID,
  ENGINE_CLIENT_ID,
  type Fabric,
  type LocalAzure,
  lenientSettings,
  OWNER_CLIENT_ID,
  startLocalAzure,
} from "@kluis/local-azure";
import { parseAzureEnv } from "../src/config.ts";
import { type AzureConnection, connect } from "../src/connection.ts";
import type { PollFunction } from "../src/lro.ts";
import { azureOperationSchema, type Poll } from "../src/operation.ts";
import { pollRestorePoint, startRestorePoint } from "../src/restore-points.ts";
import type { DiskSnapshotRequest, RestorePointFacts, RestorePointRequest } from "../src/types.ts";
import { giveKluisRole } from "./role.ts";

export const MIB = 1024 * 1024;
export const vmId = (name: string) =>
  `/subscriptions/${CONTOSO_SUBSCRIPTION_ID}/resourceGroups/test-rg/providers/Microsoft.Compute/virtualMachines/${name}`;

/** A local Azure with two Linux VMs, a Windows VM and a stopped one, and a connection like the engine's. */
export interface AzureHarness extends AsyncDisposable {
  local: LocalAzure;
  azure: AzureConnection;
  /** A connection of the subscription's owner: makes what Kluis may only read. */
  owner: AzureConnection;
  readonly folder: string;
  env: Record<string, string>;
  /** Restarts the local Azure on the same state and connects as a new process would. */
  restart(): Promise<void>;
}

/** The content of test disks: block `n` of 4 KiB holds its number, every eighth block is empty. */
export function patternBlock(block: number): Buffer {
  const out = Buffer.alloc(4096);
  if (block % 8 !== 7) for (let at = 0; at < 4096; at += 4) out.writeUInt32LE(block + 1, at);
  return out;
}

export function patternDisk(sizeMib: number, usedMib: number) {
  return {
    sizeBytes: sizeMib * MIB,
    fill: async (write: (offset: number, data: Buffer) => Promise<void>) => {
      for (let at = 0; at < usedMib * MIB; at += 4096) {
        const data = patternBlock(at / 4096);
        if (data[0] !== 0 || data[1] !== 0) await write(at, data);
      }
    },
  };
}

async function seedTestVms(fabric: Fabric): Promise<void> {
  await fabric.ensureSubscription({ id: CONTOSO_SUBSCRIPTION_ID, name: "Test" });
  await giveKluisRole(fabric);
  const place = { subscriptionId: CONTOSO_SUBSCRIPTION_ID, resourceGroup: "test-rg", location: "westeurope" };
  const shape = { ...place, size: "Standard_D2s_v5", tags: { team: "commerce" } };
  const vms = [
    { name: "lin", os: "Linux", power: "running", disks: [patternDisk(64, 8), patternDisk(32, 4)] },
    { name: "win", os: "Windows", power: "running", disks: [patternDisk(32, 2)] },
    { name: "big", os: "Linux", power: "running", disks: [patternDisk(96, 0)] },
    { name: "off", os: "Linux", power: "deallocated", disks: [patternDisk(32, 2)] },
  ] as const;
  for (const { disks, ...vm } of vms) await fabric.createVm({ ...shape, ...vm, disks: [...disks] });
}

async function connectTo(
  local: LocalAzure,
  folder: string,
): Promise<Pick<AzureHarness, "azure" | "owner" | "env">> {
  const ownerSecret = join(folder, "owner-secret");
  await writeFile(ownerSecret, local.entra.secrets().owner, { mode: 0o600 });
  const secretFile = join(folder, "secret");
  await writeFile(secretFile, local.entra.secrets().engine, { mode: 0o600 });
  const env = {
    KLUIS_AZURE_TENANT_ID: local.tenantId,
    KLUIS_AZURE_CLIENT_ID: ENGINE_CLIENT_ID,
    KLUIS_AZURE_CLIENT_SECRET_FILE: secretFile,
    KLUIS_AZURE_SUBSCRIPTIONS: CONTOSO_SUBSCRIPTION_ID,
    KLUIS_AZURE_REWRITE: `management.azure.com=${local.url},login.microsoftonline.com=${local.url},*.vault.azure.net=${local.url}`,
  };
  const ownerEnv = {
    ...env,
    KLUIS_AZURE_CLIENT_ID: OWNER_CLIENT_ID,
    KLUIS_AZURE_CLIENT_SECRET_FILE: ownerSecret,
  };
  return { azure: connect(parseAzureEnv(env)), owner: connect(parseAzureEnv(ownerEnv)), env };
}

export async function startAzure(): Promise<AzureHarness> {
  const folder = await mkdtemp(join(tmpdir(), "kluis-azure-"));
  const start = () =>
    startLocalAzure({
      dataDir: join(folder, "azure"),
      seedFleet: seedTestVms,
      settings: lenientSettings,
    });
  const local = await start();
  const harness: AzureHarness = {
    local,
    folder,
    ...(await connectTo(local, folder)),
    async restart() {
      await harness.local.stop();
      harness.local = await start();
      Object.assign(harness, await connectTo(harness.local, folder));
    },
    async [Symbol.asyncDispose]() {
      await harness.local.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return harness;
}

/** Polls as the engine does between jobs, but without pauses. Bounded. */
export async function finish<T>(azure: AzureConnection, first: Poll<T>, poll: PollFunction<T>): Promise<T> {
  let state = first;
  for (let attempt = 0; attempt < 2000; attempt += 1) {
    if (state.status === "done") return state.result;
    // As a checkpoint in the database stores it.
    state = await poll(azure, azureOperationSchema.parse(JSON.parse(JSON.stringify(state.operation))));
  }
  throw new Error("The operation did not end.");
}

/** Creates a restore point of a test VM. */
export async function takePoint(
  azure: AzureConnection,
  request: RestorePointRequest,
): Promise<RestorePointFacts> {
  return finish(azure, await startRestorePoint(azure, request), pollRestorePoint);
}

export function pointRequest(vm: string, change: Partial<RestorePointRequest> = {}): RestorePointRequest {
  return {
    vmId: vmId(vm),
    location: "westeurope",
    jobId: randomUUID(),
    installationId: "install-1",
    attempt: 0,
    crashConsistent: false,
    excludeDiskIds: [],
    ...change,
  };
}

/** A request for a snapshot of a test VM's OS disk. */
export function snapshotRequest(vm: string, change: Partial<DiskSnapshotRequest> = {}): DiskSnapshotRequest {
  return {
    vmId: vmId(vm),
    location: "westeurope",
    jobId: randomUUID(),
    installationId: "install-1",
    attempt: 0,
    slot: "os",
    diskId: vmId(`${vm}-os`).replace("virtualMachines", "disks"),
    access: { networkAccessPolicy: "AllowAll", diskAccessId: null, publicNetworkAccess: "Enabled" },
    ...change,
  };
}

export function diskOf(point: RestorePointFacts, slot: "os" | number): string {
  const disk = point.disks.find((known) => known.slot === slot);
  if (!disk) throw new Error(`No disk ${slot} in ${point.id}`);
  return disk.id;
}

/** An image file for the guest to write: the pattern with some blocks changed or emptied. */
export async function changedImage(
  folder: string,
  shape: { readonly sizeMib: number; readonly usedMib: number; readonly change: ReadonlyMap<number, Buffer> },
): Promise<string> {
  const path = join(folder, `${randomUUID()}.img`);
  await using file = await open(path, "w");
  await file.truncate(shape.sizeMib * MIB);
  for (let block = 0; block < (shape.usedMib * MIB) / 4096; block += 1) {
    await file.write(shape.change.get(block) ?? patternBlock(block), 0, 4096, block * 4096);
  }
  for (const [block, data] of shape.change) await file.write(data, 0, 4096, block * 4096);
  return path;
}
