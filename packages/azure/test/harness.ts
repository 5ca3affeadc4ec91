import { randomUUID } from "node:crypto";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CONTOSO_SUBSCRIPTION_ID,
  ENGINE_CLIENT_ID,
  ENGINE_PRINCIPAL_ID,
  type Fabric,
  type LocalAzure,
  startLocalAzure,
} from "@kluis/local-azure";
import { parseAzureEnv } from "../src/config.ts";
import { type AzureConnection, connect } from "../src/connection.ts";
import { azureOperationSchema } from "../src/operation.ts";
import type { Poll, RestorePointFacts, RestorePointRequest } from "../src/types.ts";

export const MIB = 1024 * 1024;
export const vmId = (name: string) =>
  `/subscriptions/${CONTOSO_SUBSCRIPTION_ID}/resourceGroups/test-rg/providers/Microsoft.Compute/virtualMachines/${name}`;

/** A local Azure with one Linux, one Windows and one stopped VM, and a connection to it as the engine has one. */
export interface AzureHarness extends AsyncDisposable {
  local: LocalAzure;
  azure: AzureConnection;
  readonly folder: string;
  env: Record<string, string>;
  /** Stops the local Azure and starts it again on the same state, and connects as a new process would. */
  restart(): Promise<void>;
}

/** The pattern that the test disks hold: block `n` of 4 KiB is filled with its number, every eighth block is empty. */
export function patternBlock(block: number): Buffer {
  const out = Buffer.alloc(4096);
  if (block % 8 !== 7) for (let at = 0; at < 4096; at += 4) out.writeUInt32LE(block + 1, at);
  return out;
}

function patternDisk(sizeMib: number, usedMib: number) {
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
  const scope = `/subscriptions/${CONTOSO_SUBSCRIPTION_ID}`;
  await fabric.addRoleAssignment({ principalId: ENGINE_PRINCIPAL_ID, scope, role: "Contributor" });
  const place = { subscriptionId: CONTOSO_SUBSCRIPTION_ID, resourceGroup: "test-rg", location: "westeurope" };
  const shape = { ...place, size: "Standard_D2s_v5", tags: { team: "commerce" } };
  await fabric.createVm({
    ...shape,
    name: "lin",
    os: "Linux",
    power: "running",
    disks: [patternDisk(64, 8), patternDisk(32, 4)],
  });
  await fabric.createVm({
    ...shape,
    name: "win",
    os: "Windows",
    power: "running",
    disks: [patternDisk(32, 2)],
  });
  await fabric.createVm({
    ...shape,
    name: "big",
    os: "Linux",
    power: "running",
    disks: [patternDisk(96, 0)],
  });
  await fabric.createVm({
    ...shape,
    name: "off",
    os: "Linux",
    power: "deallocated",
    disks: [patternDisk(32, 2)],
  });
}

async function connectTo(local: LocalAzure, folder: string): Promise<Pick<AzureHarness, "azure" | "env">> {
  const secretFile = join(folder, "secret");
  await writeFile(secretFile, local.entra.secrets().engine, { mode: 0o600 });
  const env = {
    KLUIS_AZURE_TENANT_ID: local.tenantId,
    KLUIS_AZURE_CLIENT_ID: ENGINE_CLIENT_ID,
    KLUIS_AZURE_CLIENT_SECRET_FILE: secretFile,
    KLUIS_AZURE_SUBSCRIPTIONS: CONTOSO_SUBSCRIPTION_ID,
    KLUIS_AZURE_REWRITE: `management.azure.com=${local.url},login.microsoftonline.com=${local.url}`,
  };
  return { azure: connect(parseAzureEnv(env)), env };
}

export async function startAzure(): Promise<AzureHarness> {
  const folder = await mkdtemp(join(tmpdir(), "kluis-azure-"));
  const start = () => startLocalAzure({ dataDir: join(folder, "azure"), seedFleet: seedTestVms });
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

/** Polls as the engine does between jobs, without waiting in between. Bounded. */
export async function finish<T>(
  first: Poll<T>,
  poll: (operation: PollOperation<T>) => Promise<Poll<T>>,
): Promise<T> {
  let state = first;
  for (let look = 0; look < 2000; look += 1) {
    if (state.status === "done") return state.result;
    // As a checkpoint in the database would keep it.
    state = await poll(azureOperationSchema.parse(JSON.parse(JSON.stringify(state.operation))));
  }
  throw new Error("The operation did not end.");
}

type PollOperation<T> = Extract<Poll<T>, { status: "running" }>["operation"];

export function pointRequest(vm: string, change: Partial<RestorePointRequest> = {}): RestorePointRequest {
  return {
    vmId: vmId(vm),
    location: "westeurope",
    jobId: randomUUID(),
    installationId: "install-1",
    crashConsistent: false,
    excludeDiskIds: [],
    ...change,
  };
}

export function diskOf(point: RestorePointFacts, slot: "os" | number): string {
  const disk = point.disks.find((known) => known.slot === slot);
  if (!disk) throw new Error(`No disk ${slot} in ${point.id}`);
  return disk.id;
}

/** An image file for the guest to write: the pattern, with some blocks changed or emptied. */
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
