import { inTransaction } from "@kluis/db";
import { type DiskFacts, diskFactsSchema, suitabilityTexts } from "@kluis/domain";
import { expect, test } from "vitest";
import { codeOf, freshWorld } from "../../test/world.ts";
import { addVm, vmDisk } from "../testing.ts";

const api = freshWorld();

function disk(key: "os" | "0", change: Partial<DiskFacts> = {}) {
  const facts = diskFactsSchema.parse({
    slot: key === "os" ? "os" : 0,
    name: `${key}-disk`,
    diskId: `/disks/${key}`,
    sizeBytes: 2 ** 22,
    sku: "Premium_LRS",
    uniqueId: key,
    osType: null,
    hyperVGeneration: null,
    location: "westeurope",
    zones: ["2"],
    logicalSectorSize: 512,
    maxShares: 1,
    networkAccessPolicy: "AllowAll",
    writeAccelerated: false,
    tags: {},
    ...change,
  });
  return vmDisk({ key, name: `${key}-disk`, uniqueId: key, storage: "managed", facts });
}

async function addVmWith(name: string, data: Partial<DiskFacts>, traits: object = {}): Promise<void> {
  await inTransaction(api.world.api.db, async (tx) => {
    const id = await addVm(tx, { name, resourceGroup: "commerce-rg", disks: [disk("os"), disk("0", data)] });
    await tx.virtualMachine.update({ where: { id }, data: { traits } });
  });
}

test("a VM shows what its backups depend on; the list shows the worst", async () => {
  await addVmWith("private-01", { networkAccessPolicy: "AllowPrivate" }, { securityType: "TrustedLaunch" });
  await addVmWith("shared-01", { maxShares: 2 });
  const vm = await api.admin.vms.get({ vm: "private-01" });
  expect(vm.suitability).toMatchObject([
    { code: "private-access", severity: "warns", disks: ["0"] },
    { code: "trusted-launch", severity: "notes", disks: [] },
  ]);
  expect(vm.suitability[0]).toMatchObject(suitabilityTexts["private-access"]);
  expect(vm.disks[1]?.facts).toMatchObject({ zones: ["2"], networkAccessPolicy: "AllowPrivate" });
  const { rows } = await api.admin.vms.list({ search: "-01", sort: "name" });
  const signs = Object.fromEntries(rows.map(({ name, suitability }) => [name, suitability]));
  expect(signs).toMatchObject({ "private-01": "warns", "shared-01": "partial", "shop-01": null });
});

test("findings about a disk that the protection excludes are left out", async () => {
  await addVmWith("shared-02", { maxShares: 2 });
  await api.admin.protection.set({ vm: "shared-02", policy: "standard-daily", excludedDisks: ["0"] });
  expect((await api.admin.vms.get({ vm: "shared-02" })).suitability).toEqual([]);
  const { rows } = await api.admin.vms.list({ search: "shared-02" });
  expect(rows.map(({ suitability }) => suitability)).toEqual([null]);
});

test("a VM that no backup could ever include is refused before a job starts", async () => {
  await addVmWith("secret-01", {}, { securityType: "ConfidentialVM" });
  const protect = () => api.admin.protection.set({ vm: "secret-01", policy: "standard-daily" });
  expect(await codeOf(protect())).toBe("DISK_NOT_SUPPORTED");
  await expect(protect()).rejects.toThrow(
    /secret-01 cannot be backed up. Azure does not create restore points/,
  );
  expect((await api.admin.jobs.list({ vm: "secret-01" })).rows).toEqual([]);
});
