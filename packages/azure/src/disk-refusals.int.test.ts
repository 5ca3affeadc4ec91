/** What the endpoint of a disk's bytes refuses: ended access is renewed, everything else is final and says why. */
import { randomUUID } from "node:crypto";
import { KluisError } from "@kluis/domain";
import { CONTOSO_SUBSCRIPTION_ID, type NewVm } from "@kluis/local-azure";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Gate, type GateAnswer, startGate } from "../test/gate.ts";
import { type AzureHarness, diskOf, MIB, pointRequest, startAzure, takePoint } from "../test/harness.ts";
import { grantRead } from "./grants.ts";
import { pageRanges, pageRangesDiff } from "./page-ranges.ts";
import { defaultStorageVersion, Sas } from "./sas.ts";
import { openSasDisk } from "./sas-disk.ts";
import type { Grant } from "./types.ts";

let harness: AzureHarness;
let gate: Gate;
let diskId: string;
const { signal } = new AbortController();

beforeAll(async () => {
  harness = await startAzure();
  diskId = diskOf(await takePoint(harness.azure, pointRequest("lin")), 0);
});
beforeEach(async () => {
  gate = await startGate(harness.local.url);
});
afterEach(() => gate[Symbol.asyncDispose]());
afterAll(() => harness[Symbol.asyncDispose]());

/** Access to the disk through the gate. */
async function grant(storageVersion?: string): Promise<Grant> {
  const granted = await grantRead(harness.azure, diskId);
  const url = granted.sas.reveal().replace(harness.local.url, gate.url);
  return { ...granted, sas: new Sas(url, { storageVersion }) };
}

const refusal = (status: number, code: string, header?: string): GateAnswer => ({
  status,
  headers: { "content-type": "application/xml", "x-ms-error-code": code },
  body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>Refused.</Message>${header === undefined ? "" : `<HeaderName>${header}</HeaderName>`}</Error>`,
});

async function failureOf(work: Promise<unknown>): Promise<KluisError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof KluisError) return error;
  throw new Error("The call did not fail as expected.", { cause: error });
}

/** A disk whose access is renewed; counts the renewals. */
async function openDisk() {
  const renewals: Grant[] = [];
  const renew = async () => {
    const renewed = await grant();
    renewals.push(renewed);
    return renewed;
  };
  return { disk: await openSasDisk({ grant: await grant(), renew, signal }), renewals };
}

describe("access to a disk's bytes", () => {
  test("that ended is renewed, and reading continues", async () => {
    const { disk, renewals } = await openDisk();
    gate.answer(/^GET/, [refusal(403, "AuthenticationFailed"), refusal(403, "AuthenticationFailed")]);
    expect((await disk.read(0, 4096, signal)).length).toBe(4096);
    expect(renewals).toHaveLength(2);
  });

  test("that ends again at once is renewed three times, then Kluis says so", async () => {
    const { disk, renewals } = await openDisk();
    gate.answer(
      /^GET/,
      Array.from({ length: 20 }, () => refusal(403, "AuthenticationFailed")),
    );
    const error = await failureOf(disk.read(0, 4096, signal));
    expect(error).toMatchObject({ code: "DISK_ACCESS_REFUSED", reason: "not-renewed", retry: "bounded" });
    expect(renewals).toHaveLength(3);
  });

  test.each([
    [403, "AuthorizationFailure", "network never"],
    [403, "PublicAccessNotPermitted", "network never"],
    [403, "AuthorizationSourceIPMismatch", "network never"],
    [401, "NoAuthenticationInformation", "entra never"],
    [401, "InvalidAuthenticationInfo", "entra never"],
    [403, "AuthorizationPermissionMismatch", "permission never"],
    [403, "AccountIsDisabled", "account never"],
    [403, "SomethingNew", "unknown bounded"],
  ])("refused by %i %s is not renewed: %s", async (status, code, means) => {
    const { disk, renewals } = await openDisk();
    gate.answer(/^GET/, [refusal(status, code)]);
    const error = await failureOf(disk.read(0, 4096, signal));
    expect(`${error.code} ${error.reason} ${error.retry}`).toBe(`DISK_ACCESS_REFUSED ${means}`);
    expect(error.message).toContain(code);
    expect(error.action).toBeDefined();
    expect(renewals).toEqual([]);
    // Listing changes must not fall back to reading everything: that would be refused as well.
    const { sas } = await grant();
    gate.answer(/comp=pagelist/, [refusal(status, code)]);
    const diff = Array.fromAsync(pageRangesDiff({ sas, base: sas, diskBytes: disk.size, signal }));
    expect((await failureOf(diff)).code).toBe("DISK_ACCESS_REFUSED");
  });
});

type DiskFacts = NonNullable<NewVm["disks"][number]["facts"]>;

/** A VM whose disk has these facts; its restore point has them too. */
async function diskOfVm(facts: DiskFacts): Promise<string> {
  const name = `vm-${randomUUID().slice(0, 8)}`;
  await harness.local.fabric.createVm({
    subscriptionId: CONTOSO_SUBSCRIPTION_ID,
    resourceGroup: "test-rg",
    location: "westeurope",
    name,
    size: "Standard_D2s_v5",
    os: "Linux",
    power: "running",
    disks: [{ sizeBytes: 32 * MIB, fill: async () => undefined, facts }],
  });
  return diskOf(await takePoint(harness.azure, pointRequest(name)), "os");
}

describe("a disk that really refuses", () => {
  const open = async (facts: DiskFacts) =>
    openSasDisk({ grant: await grantRead(harness.azure, await diskOfVm(facts)), signal });

  test("everyone outside its private endpoint", async () => {
    const location = "westeurope";
    const { diskAccesses } = harness.owner.compute(CONTOSO_SUBSCRIPTION_ID);
    const { id = "" } = await diskAccesses.createOrUpdate("test-rg", "private", { location });
    const facts = {
      networkAccessPolicy: "AllowPrivate",
      publicNetworkAccess: "Disabled",
      diskAccessId: id,
    } as const;
    expect(await failureOf(open(facts))).toMatchObject({ code: "DISK_ACCESS_REFUSED", reason: "network" });
  });

  // The answer is the same as for ended access: only that new access is refused as well tells them apart.
  test("URLs without a token of Entra", async () => {
    const id = await diskOfVm({ dataAccessAuthMode: "AzureActiveDirectory" });
    const renew = () => grantRead(harness.azure, id);
    const error = await failureOf(openSasDisk({ grant: await renew(), renew, signal }));
    expect(error).toMatchObject({ code: "DISK_ACCESS_REFUSED", reason: "not-renewed" });
    expect(error.action).toContain("authentication mode");
  });

  test("every export", async () => {
    const error = await failureOf(open({ networkAccessPolicy: "DenyAll" }));
    expect(error).toMatchObject({ code: "AZURE_REJECTED", reason: "export-denied", retry: "never" });
  });
});

describe("the version of the blob service", () => {
  const versions = () => new Set(gate.seen.map(({ headers }) => headers["x-ms-version"]));

  test("is the pinned one in every request", async () => {
    const { disk } = await openDisk();
    await disk.read(0, 4096, signal);
    await Array.fromAsync(pageRanges({ sas: (await grant()).sas, diskBytes: disk.size, signal }));
    expect([...versions()]).toEqual([defaultStorageVersion]);
  });

  test("can be set", async () => {
    const disk = await openSasDisk({ grant: await grant("2019-12-12"), signal });
    await disk.read(0, 4096, signal);
    expect([...versions()]).toEqual(["2019-12-12"]);
  });

  test.each([
    ["HEAD", refusal(400, "InvalidHeaderValue")],
    ["GET", refusal(400, "InvalidHeaderValue", "x-ms-version")],
    ["GET", refusal(409, "FeatureVersionMismatch")],
  ])("refused in answer to %s names the setting", async (method, answer) => {
    gate.answer(new RegExp(`^${method}`), [answer]);
    const opened = grant().then((one) => openSasDisk({ grant: one, signal }));
    const error = await failureOf(opened.then((disk) => disk.read(0, 4096, signal)));
    expect(error).toMatchObject({ code: "AZURE_REJECTED", reason: "storage-version", retry: "never" });
    expect(error.action).toContain("KLUIS_AZURE_STORAGE_VERSION");
  });
});
