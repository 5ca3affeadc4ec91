import { KluisError } from "@kluis/domain";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseArmId } from "./arm-id.ts";
import { type Backoff, delayOf, withBackoff } from "./backoff.ts";
import { parseGuestFacts } from "./guest-facts.ts";
import { jobOfRestorePoint, restorePointIds } from "./names.ts";
import { takenAt } from "./restore-points.ts";
import { redactSecrets, Sas } from "./sas.ts";

const vmId = "/subscriptions/S1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web-01";

describe("ARM ids", () => {
  test("parses an id in any letter case", () => {
    const parsed = parseArmId(
      "/SUBSCRIPTIONS/s/resourcegroups/RG/providers/microsoft.compute/restorePointCollections/c/restorePoints/p",
    );
    expect(parsed).toEqual({
      subscriptionId: "s",
      resourceGroup: "RG",
      type: "restorepointcollections/restorepoints",
      names: ["c", "p"],
    });
  });

  test.each(["", "/subscriptions/s", "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/nics/n"])(
    "rejects '%s'",
    (id) => {
      expect(() => parseArmId(id)).toThrow(KluisError);
    },
  );
});

describe("names of restore points", () => {
  const request = {
    vmId,
    location: "westeurope",
    jobId: "j-1",
    installationId: "i",
    attempt: 0,
    crashConsistent: false,
    excludeDiskIds: [],
  };
  test("derive from VM, installation and job in any letter case", () => {
    const ids = restorePointIds(request);
    expect(ids.restorePointId).toBe(`${ids.collectionId}/restorePoints/kluis-j-1`);
    expect(restorePointIds({ ...request, attempt: 2 }).restorePointId).toBe(`${ids.restorePointId}-t2`);
    const again = restorePointIds({ ...request, vmId: vmId.replace("/rg/", "/RG/") });
    expect(again.collectionId.toLowerCase()).toBe(ids.collectionId.toLowerCase());
    expect(restorePointIds({ ...request, installationId: "other" }).collectionId).not.toBe(ids.collectionId);
  });

  test("stay within Azure's 80 characters for the longest VM name", () => {
    const ids = restorePointIds({ ...request, vmId: vmId.replace("web-01", "v".repeat(64)) });
    expect(parseArmId(ids.collectionId).names[0]?.length).toBeLessThanOrEqual(80);
  });

  test("a restore point of another product has no job", () => {
    expect(jobOfRestorePoint("kluis-j-1")).toBe("j-1");
    expect(jobOfRestorePoint("kluis-j-1-t2")).toBe("j-1");
    expect(jobOfRestorePoint("AzureBackup_2026")).toBeNull();
  });
});

describe("guest facts", () => {
  const answer = (json: unknown) => ({
    value: [{ code: "ComponentStatus/StdOut/succeeded", message: JSON.stringify(json) }],
  });
  test("reads PowerShell's numbers and names of startup types", () => {
    const services = [
      { Name: "VSS", StartType: 2 },
      { Name: "IaaSVmProvider", StartType: "Manual" },
    ];
    const programs = [
      {
        DisplayName: "Microsoft Visual C++ 2013 Redistributable (x64) - 12.0.40660",
        DisplayVersion: "12.0.40660.0",
      },
    ];
    expect(parseGuestFacts("vm", answer({ services, programs }))).toEqual({
      vcRedist2013: "12.0.40660.0",
      vssStartType: "Automatic",
      iaasVmProviderInstalled: true,
    });
  });
  test("before protection the guest is unchanged", () => {
    expect(
      parseGuestFacts("vm", answer({ services: [{ Name: "VSS", StartType: 3 }], programs: [] })),
    ).toEqual({
      vcRedist2013: null,
      vssStartType: "Manual",
      iaasVmProviderInstalled: false,
    });
  });
  test("an answer that is not JSON is AZURE_FAILED", () => {
    const broken = { value: [{ code: "ComponentStatus/StdOut/succeeded", message: "not recognized" }] };
    expect(() => parseGuestFacts("vm", broken)).toThrow("could not read the guest's answer");
  });
});

describe("secrets", () => {
  test("an access URL never prints its signature", () => {
    const sas = new Sas("https://md-x/c/abcd?sv=1&si=2&sig=abc%2Bdef%3D");
    for (const shown of [String(sas), JSON.stringify({ sas }), `${sas.toString()}`])
      expect(shown).not.toContain("abc%2Bdef");
    expect(sas.reveal()).toContain("abc%2Bdef");
  });
  test("redacts tokens and client secrets in texts", () => {
    const text = "Bearer abc.def-ghi client_secret=hunter2&x=1 eyJhbGciOiJS.eyJzdWIi.c2ln";
    expect(redactSecrets(text)).toBe("Bearer REDACTED client_secret=REDACTED&x=1 REDACTED");
  });
});

describe("retries", () => {
  const backoff: Backoff = { attempts: 4, firstMs: 1, mostMs: 2, patienceMs: 60_000 };
  const signal = new AbortController().signal;
  const failing = (times: number, error: KluisError) => {
    let calls = 0;
    const work = async () => {
      calls += 1;
      if (calls <= times) throw error;
      return calls;
    };
    return { work, calls: () => calls };
  };

  test("delays grow up to the limit", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, random) => {
          const delay = delayOf({ ...backoff, firstMs: 100, mostMs: 5000 }, attempt, random);
          expect(delay).toBeGreaterThanOrEqual(50);
          expect(delay).toBeLessThanOrEqual(5000);
        },
      ),
    );
  });
  test("retries a transient failure", async () => {
    const { work } = failing(3, new KluisError("AZURE_UNREACHABLE", { message: "reset" }));
    expect(await withBackoff(work, { signal, backoff })).toBe(4);
  });
  test("begins no attempt after its patience", async () => {
    const { work, calls } = failing(9, new KluisError("AZURE_UNREACHABLE", { message: "late" }));
    const impatient = withBackoff(work, { signal, backoff: { ...backoff, patienceMs: 0 } });
    await expect(impatient).rejects.toMatchObject({ code: "AZURE_UNREACHABLE" });
    expect(calls()).toBe(1);
  });
  test("throws lasting failures and long throttling at once", async () => {
    const rejected = failing(9, new KluisError("AZURE_REJECTED", { reason: "request", message: "no" }));
    await expect(withBackoff(rejected.work, { signal, backoff })).rejects.toMatchObject({
      code: "AZURE_REJECTED",
    });
    expect(rejected.calls()).toBe(1);
    const throttled = failing(
      9,
      new KluisError("AZURE_THROTTLED", {
        reason: "connection",
        message: "slow",
        retryAfterMs: 60_000,
        params: { retryAfterMs: 60_000 },
      }),
    );
    await expect(withBackoff(throttled.work, { signal, backoff })).rejects.toMatchObject({
      retryAfterMs: 60_000,
    });
    expect(throttled.calls()).toBe(1);
  });
});

describe("the instant of a restore point", () => {
  test("is the one that Azure reports, or an error", () => {
    const timeCreated = new Date("2026-03-01T10:00:00Z");
    expect(takenAt("/p", { timeCreated })).toBe(timeCreated);
    expect(() => takenAt("/p", {})).toThrow(
      expect.objectContaining({ code: "AZURE_FAILED", retry: "backoff" }),
    );
  });
});
