/** An empty local Azure per test, with SDK clients and helpers for VMs and restore points. */
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ComputeManagementClient, type RestorePoint } from "@azure/arm-compute";
import { createDefaultHttpClient, type HttpClient, isRestError } from "@azure/core-rest-pipeline";
import { AnonymousCredential, PageBlobClient } from "@azure/storage-blob";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { CONTOSO_TENANT_ID } from "../src/entra/directory.ts";
import { type Entra, TokenRefused } from "../src/entra/index.ts";
import {
  type Clock,
  type Fabric,
  type LocalAzure,
  lenientSettings,
  type Settings,
  startLocalAzure,
  systemClock,
} from "../src/index.ts";

export const SUBSCRIPTION = "11111111-2222-4333-8444-555555555555";
export const GROUP = "test-rg";
export const PRINCIPAL = "99999999-8888-4777-8666-555555555555";
export const TOKEN = `${CONTOSO_TENANT_ID}/${PRINCIPAL}`;
export const MIB = 1024 * 1024;
/** Size of every disk that `importVm` makes. */
export const DISK_SIZE = 32 * MIB;

/** Accepts `TENANT/PRINCIPAL` as a token: these tests do not concern sign-in. */
export const plainEntra = (): Entra => ({
  handle: async () => false,
  verifyAccessToken: async (token, audience) => {
    const [tid, oid] = token.split("/");
    if (!tid || !oid) throw new TokenRefused("malformed", "The token is malformed.");
    return { aud: audience, iss: "test", tid, oid, appid: oid, idtyp: "app", sub: oid, exp: 4_000_000_000 };
  },
  secrets: () => ({ portal: "", engine: "", fabrikamEngine: "", owner: "" }),
});

/** Sends requests for https://management.azure.com to a local Azure. */
export function rewriting(url: string): HttpClient {
  const inner = createDefaultHttpClient();
  return {
    // A copy: the policies above must still see the public https address.
    sendRequest: (request) =>
      inner.sendRequest({
        ...request,
        url: request.url.replace("https://management.azure.com", url),
        allowInsecureConnection: true,
      }),
  };
}

/** An ARM client of `TENANT/PRINCIPAL` for a local Azure with `plainEntra`. */
export function client(
  url: string,
  token: string,
  subscription: string = SUBSCRIPTION,
): ComputeManagementClient {
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
  return new ComputeManagementClient(credential, subscription, {
    httpClient: rewriting(url),
    retryOptions: { maxRetries: 0 },
  });
}

/** Makes the test subscription and group, with the test's principal as Contributor. */
export async function seedSubscription(fabric: Fabric): Promise<void> {
  await fabric.ensureSubscription({ id: SUBSCRIPTION, name: "Test" });
  await fabric.ensureResourceGroup({ subscriptionId: SUBSCRIPTION, name: GROUP, location: "westeurope" });
  await fabric.addRoleAssignment({
    principalId: PRINCIPAL,
    scope: `/subscriptions/${SUBSCRIPTION}`,
    role: "Contributor",
  });
}

interface ImagePart {
  offset: number;
  data: Buffer;
}

/** Writes a raw image that is sparse outside its parts. Returns its path. */
export async function writeImage(file: string, sizeBytes: number, parts: ImagePart[]): Promise<string> {
  await using handle = await open(file, "w");
  await handle.truncate(sizeBytes);
  for (const { offset, data } of parts) await handle.write(data, 0, data.length, offset);
  return file;
}

/** The test's local Azure. Valid inside a test; each test gets a new one. */
class Lab {
  readonly #settings: Partial<Settings>;
  readonly #clock: Clock;
  #azure: LocalAzure | undefined;
  #dir = "";

  constructor(settings: Partial<Settings>, clock: Clock = systemClock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  async open(): Promise<void> {
    this.#dir = await mkdtemp(join(tmpdir(), "local-azure-"));
    await this.#start();
    await seedSubscription(this.azure.fabric);
  }

  async close(): Promise<void> {
    await this.#azure?.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }

  get azure(): LocalAzure {
    if (!this.#azure) throw new Error("The lab is open inside a test only");
    return this.#azure;
  }
  get dir(): string {
    return this.#dir;
  }
  get arm(): ComputeManagementClient {
    return this.armAs(TOKEN);
  }

  /** A client of another principal or tenant. */
  armAs(token: string): ComputeManagementClient {
    return client(this.azure.url, token);
  }

  /** Stops the local Azure and starts it on the same data. */
  async restart(): Promise<void> {
    await this.azure.stop();
    await this.#start();
  }

  async #start(): Promise<void> {
    this.#azure = await startLocalAzure({
      dataDir: join(this.#dir, "data"),
      entra: plainEntra,
      settings: this.#settings,
      clock: this.#clock,
    });
  }

  /** A raw image in the lab's folder. */
  image(name: string, sizeBytes: number, parts: ImagePart[]): Promise<string> {
    return writeImage(join(this.#dir, name), sizeBytes, parts);
  }

  /** Makes a VM and its collection `NAME-rpc`. Disk 1, 2, … n holds `pattern(MIB, n)` at n MiB. */
  async importVm(
    name: string,
    options: { os?: "linux" | "windows"; disks?: number; stopped?: boolean } = {},
  ): Promise<string> {
    const disks: string[] = [];
    for (let index = 1; index <= (options.disks ?? 1); index++) {
      const part = { offset: index * MIB, data: pattern(MIB, index) };
      disks.push(await this.image(`${name}-${index}.raw`, DISK_SIZE, [part]));
    }
    const vm = await this.azure.control.importVm({
      vm: name,
      os: options.os ?? "linux",
      resourceGroup: GROUP,
      stopped: options.stopped ?? false,
      disks,
    });
    await this.arm.restorePointCollections.createOrUpdate(GROUP, `${name}-rpc`, {
      location: "westeurope",
      source: { id: vm.id },
    });
    return vm.id;
  }

  /** Takes restore point `VM/NAME`. `disks`: names of its disk restore points, OS disk first. */
  async takePoint(
    where: string,
    body: RestorePoint = {},
  ): Promise<{ point: RestorePoint; disks: string[]; consistency: string }> {
    const [vm = "", name = ""] = where.split("/");
    await this.arm.restorePoints.create(GROUP, `${vm}-rpc`, name, body);
    const point = await this.arm.restorePoints.get(GROUP, `${vm}-rpc`, name);
    const storage = point.sourceMetadata?.storageProfile;
    const ids = [
      storage?.osDisk?.diskRestorePoint?.id,
      ...(storage?.dataDisks ?? []).map((disk) => disk.diskRestorePoint?.id),
    ];
    const disks = ids.flatMap((id) => (id === undefined ? [] : [id.slice(id.lastIndexOf("/") + 1)]));
    return { point, disks, consistency: point.consistencyMode ?? "" };
  }

  /** A read URL of one disk of a VM's restore point. */
  readPoint(vm: string, where: { point: string; disk: string; seconds?: number }): Promise<string> {
    const { point, disk, seconds = 3600 } = where;
    return sas(
      this.arm.diskRestorePoint.grantAccess(GROUP, `${vm}-rpc`, point, disk, {
        access: "Read",
        durationInSeconds: seconds,
      }),
    );
  }
}

/**
 * Opens a lab before each test and removes it afterwards. Lenient, so that tests of other rules do not
 * wait; `{}` gives Azure's own times and budgets.
 */
export function useLab(settings: Partial<Settings> = lenientSettings): Lab {
  const lab = new Lab(settings);
  beforeEach(() => lab.open());
  afterEach(() => lab.close());
  return lab;
}

/** A lab whose time changes with `advanceClock` only, so that a slow machine changes nothing. */
export function useStillLab(settings: Partial<Settings>): Lab {
  const startedAt = Date.now();
  const lab = new Lab(settings, { now: () => startedAt });
  beforeEach(() => lab.open());
  afterEach(() => lab.close());
  return lab;
}

/** Opens one lab for a file: for tests that leave each other's resources alone. */
export function useSharedLab(settings: Partial<Settings> = lenientSettings): Lab {
  const lab = new Lab(settings);
  beforeAll(() => lab.open());
  afterAll(() => lab.close());
  return lab;
}

/** Bytes that differ by seed. */
export function pattern(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 4)
    bytes.writeUInt32LE((at * 2_654_435_761 + seed * 40_503 + 1) >>> 0, at);
  return bytes;
}

export async function sas(poller: PromiseLike<{ accessSAS?: string }>): Promise<string> {
  const { accessSAS } = await poller;
  if (!accessSAS) throw new Error("The result has no accessSAS");
  return accessSAS;
}

export function blob(url: string): PageBlobClient {
  return new PageBlobClient(url, new AnonymousCredential(), { retryOptions: { maxTries: 1 } });
}

/** Like `failureOf`, with the sentence. */
export async function refusalOf(
  call: PromiseLike<unknown>,
): Promise<{ code: string; status: number | undefined; message: string }> {
  const { code, status } = await failureOf(call);
  return { code, status, message: await Promise.resolve(call).then(() => "", messageOf) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Code and status of a failed SDK call. A failed operation has its code in the message only. */
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
