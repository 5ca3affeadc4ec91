import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ComputeManagementClient, type RestorePoint } from "@azure/arm-compute";
import { createDefaultHttpClient, type HttpClient, isRestError } from "@azure/core-rest-pipeline";
import { AnonymousCredential, PageBlobClient } from "@azure/storage-blob";
import { CONTOSO_TENANT_ID } from "../src/entra/directory.ts";
import { type Entra, TokenRefused } from "../src/entra/index.ts";
import { type LocalAzure, type StartOptions, startLocalAzure } from "../src/index.ts";

export const SUBSCRIPTION = "11111111-2222-4333-8444-555555555555";
export const GROUP = "test-rg";
export const PRINCIPAL = "99999999-8888-4777-8666-555555555555";
export const TOKEN = `${CONTOSO_TENANT_ID}/${PRINCIPAL}`;
export const MIB = 1024 * 1024;

/** Takes `tid/oid` for a token: the tests here are about everything but sign-in. */
export const plainEntra = (): Entra => ({
  handle: async () => false,
  verifyAccessToken: async (token, audience) => {
    const [tid, oid] = token.split("/");
    if (!tid || !oid) throw new TokenRefused("malformed", "The token is malformed.");
    return { aud: audience, iss: "test", tid, oid, appid: oid, idtyp: "app", sub: oid, exp: 4_000_000_000 };
  },
  secrets: () => ({ portal: "", engine: "", fabrikamEngine: "" }),
});

/** Sends what is meant for https://management.azure.com to the loopback address. */
export function rewriting(url: string): HttpClient {
  const inner = createDefaultHttpClient();
  return {
    // A copy: the policies above must go on seeing the public https address.
    sendRequest: (request) =>
      inner.sendRequest({
        ...request,
        url: request.url.replace("https://management.azure.com", url),
        allowInsecureConnection: true,
      }),
  };
}

export interface Lab extends AsyncDisposable {
  azure: LocalAzure;
  arm: ComputeManagementClient;
  dir: string;
  /** A client of another principal or tenant. */
  armAs(token: string): ComputeManagementClient;
  /** Stops and starts again on the same data. */
  restart(options?: Partial<StartOptions>): Promise<void>;
  /** A raw image with the given contents, sparse elsewhere. */
  image(name: string, sizeBytes: number, parts: { offset: number; data: Buffer }[]): Promise<string>;
}

/** An empty local Azure with one subscription, in which the test's principal is Contributor. */
export async function openLab(options: Partial<StartOptions> = {}): Promise<Lab> {
  const dir = await mkdtemp(join(tmpdir(), "local-azure-"));
  const start = (more: Partial<StartOptions> = {}): Promise<LocalAzure> =>
    startLocalAzure({ dataDir: join(dir, "data"), entra: plainEntra, ...options, ...more });
  const azure = await start();
  await azure.fabric.ensureSubscription({ id: SUBSCRIPTION, name: "Test" });
  await azure.fabric.ensureResourceGroup({
    subscriptionId: SUBSCRIPTION,
    name: GROUP,
    location: "westeurope",
  });
  await azure.fabric.addRoleAssignment({
    principalId: PRINCIPAL,
    scope: `/subscriptions/${SUBSCRIPTION}`,
    role: "Contributor",
  });
  const token = TOKEN;
  const lab: Lab = {
    azure,
    arm: client(azure.url, token),
    dir,
    armAs: (other) => client(lab.azure.url, other),
    restart: async (more) => {
      await lab.azure.stop();
      lab.azure = await start(more);
      lab.arm = client(lab.azure.url, token);
    },
    image: (name, sizeBytes, parts) => writeImage(join(dir, name), sizeBytes, parts),
    [Symbol.asyncDispose]: async () => {
      await lab.azure.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return lab;
}

/** An ARM client of `TENANT/PRINCIPAL` for a local Azure with `plainEntra`. */
export function client(url: string, token: string): ComputeManagementClient {
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
  return new ComputeManagementClient(credential, SUBSCRIPTION, {
    httpClient: rewriting(url),
    retryOptions: { maxRetries: 0 },
  });
}

export async function writeImage(
  file: string,
  sizeBytes: number,
  parts: { offset: number; data: Buffer }[],
): Promise<string> {
  await using handle = await open(file, "w");
  await handle.truncate(sizeBytes);
  for (const { offset, data } of parts) await handle.write(data, 0, data.length, offset);
  return file;
}

/** Bytes that differ from each other by seed. */
export function pattern(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 4)
    bytes.writeUInt32LE((at * 2_654_435_761 + seed * 40_503 + 1) >>> 0, at);
  return bytes;
}

export async function sas(poller: PromiseLike<{ accessSAS?: string }>): Promise<string> {
  const { accessSAS } = await poller;
  if (!accessSAS) throw new Error("No accessSAS came back");
  return accessSAS;
}

export function blob(url: string): PageBlobClient {
  return new PageBlobClient(url, new AnonymousCredential(), { retryOptions: { maxTries: 1 } });
}

/** A VM with small disks; the disks' content is `pattern(MIB, n)` at n MiB, n = 1, 2, … */
export async function importVm(
  lab: Lab,
  name: string,
  options: { os?: "linux" | "windows"; disks?: number; stopped?: boolean } = {},
): Promise<string> {
  const disks: string[] = [];
  for (let index = 1; index <= (options.disks ?? 1); index++)
    disks.push(
      await lab.image(`${name}-${index}.raw`, DISK_SIZE, [
        { offset: index * MIB, data: pattern(MIB, index) },
      ]),
    );
  const vm = await lab.azure.control.importVm({
    vm: name,
    os: options.os ?? "linux",
    resourceGroup: GROUP,
    stopped: options.stopped ?? false,
    disks,
  });
  await lab.arm.restorePointCollections.createOrUpdate(GROUP, `${name}-rpc`, {
    location: "westeurope",
    source: { id: vm.id },
  });
  return vm.id;
}

export const DISK_SIZE = 32 * MIB;

/** Takes the restore point `VM/NAME` of a VM made by `importVm`; gives the names of its disk restore points, OS disk first. */
export async function takePoint(lab: Lab, where: string, body: RestorePoint = {}): Promise<TakenPoint> {
  const [vm = "", name = ""] = where.split("/");
  await lab.arm.restorePoints.create(GROUP, `${vm}-rpc`, name, body);
  const point = await lab.arm.restorePoints.get(GROUP, `${vm}-rpc`, name);
  const storage = point.sourceMetadata?.storageProfile;
  const ids = [
    storage?.osDisk?.diskRestorePoint?.id,
    ...(storage?.dataDisks ?? []).map((d) => d.diskRestorePoint?.id),
  ];
  const disks = ids.flatMap((id) => (id === undefined ? [] : [id.slice(id.lastIndexOf("/") + 1)]));
  return { point, disks, consistency: point.consistencyMode ?? "" };
}

export interface TakenPoint {
  point: RestorePoint;
  disks: string[];
  consistency: string;
}

/** A read SAS of one disk of a restore point. */
export function readPoint(
  lab: Lab,
  vm: string,
  where: { point: string; disk: string; seconds?: number },
): Promise<string> {
  const { point, disk, seconds = 3600 } = where;
  return sas(
    lab.arm.diskRestorePoint.grantAccess(GROUP, `${vm}-rpc`, point, disk, {
      access: "Read",
      durationInSeconds: seconds,
    }),
  );
}

/** Code and status of what an SDK call failed with; for a failed operation the SDK gives the code in the text only. */
export async function failureOf(
  call: PromiseLike<unknown>,
): Promise<{ code: string; status: number | undefined }> {
  try {
    await call;
  } catch (error) {
    if (isRestError(error)) return { code: error.code ?? "", status: error.statusCode };
    const text = error instanceof Error ? error.message : String(error);
    return { code: /has failed\.\s*(\w+)/.exec(text)?.[1] ?? text, status: undefined };
  }
  return { code: "no failure", status: undefined };
}
