/** Premium SSD v2 and Ultra: sectors, zones, background copies and instant access. */
import { expect } from "vitest";
import { read } from "./access.ts";
import { type Azure, at, compute, emptyDisk, REGION } from "./azure.ts";
import { type Case, refused, sources } from "./case.ts";
import { snapshotOf } from "./statements-disk.ts";

/** Makes a Premium SSD v2 disk on a VM in its zone, with a MiB of data. Returns the disk's id. */
async function provisioned(azure: Azure, name: string): Promise<string> {
  const disk = await azure.disk(`${name}-fast`, { sku: { name: "PremiumV2_LRS" }, zones: ["1"] });
  await azure.vm(name, { zones: ["1"] });
  const body = { dataDisksToAttach: [{ diskId: disk, lun: 0 }] };
  await azure.done("POST", `${compute(`virtualMachines/${name}`)}/attachDetachDataDisks`, { body });
  const image = await azure.image(name, 4 * 1024 ** 3);
  await azure.control.write({ vm: name, disk: 0, image });
  return disk;
}

const percentOf = async (azure: Azure, path: string): Promise<number> =>
  Number(at(await azure.get(path), "properties.completionPercent"));

export const statementsProvisioned: readonly Case[] = [
  {
    says: "Premium SSD v2 has sectors of 4,096 bytes unless the request says 512, and chosen performance",
    source: "virtual-machines/disks-types",
    run: async (azure) => {
      const sku = { name: "PremiumV2_LRS" };
      const native = await azure.disk("native", { sku, zones: ["1"] });
      expect(at(await azure.get(native), "properties.creationData.logicalSectorSize")).toBe(4096);
      const small = await azure.disk("emulated", {
        sku,
        zones: ["1"],
        properties: {
          creationData: { createOption: "Empty", logicalSectorSize: 512 },
          diskSizeGB: 100,
          diskIOPSReadWrite: 5000,
          diskMBpsReadWrite: 200,
        },
      });
      expect(at(await azure.get(small), "properties")).toMatchObject({
        creationData: { logicalSectorSize: 512 },
        diskIOPSReadWrite: 5000,
        diskMBpsReadWrite: 200,
      });
      const wrong = emptyDisk({
        sku: { name: "Premium_LRS" },
        properties: { creationData: { createOption: "Empty", logicalSectorSize: 4096 } },
      });
      expect((await azure.put(compute("disks/wrong"), { body: wrong })).status).toBe(400);
    },
  },
  {
    says: "A snapshot of a Premium SSD v2 disk must be incremental, and copies in the background",
    source: sources.incremental,
    run: async (azure) => {
      const disk = await provisioned(azure, "pv2");
      refused(
        await azure.put(compute("snapshots/full"), { body: snapshotOf(disk, { incremental: false }) }),
        400,
        {
          code: "BadRequest",
          says: "incremental",
        },
      );
      await azure.control.settings({ backgroundCopyBytesPerSecond: 1024 });
      const snapshot = compute("snapshots/copying");
      await azure.done("PUT", snapshot, { body: snapshotOf(disk) });
      expect(await percentOf(azure, snapshot)).toBeLessThan(100);
      expect(at(await azure.get(snapshot), "properties.snapshotAccessState")).toBe("Pending");
      expect((await azure.post(`${snapshot}/beginGetAccess`, { body: read })).status).toBe(409);
      const before = await percentOf(azure, snapshot);
      await azure.advance(300);
      expect(await percentOf(azure, snapshot)).toBeGreaterThan(before);
      await azure.advance(3600);
      expect(await percentOf(azure, snapshot)).toBe(100);
      expect(at(await azure.get(snapshot), "properties.snapshotAccessState")).toBe("Available");
    },
  },
  {
    says: "Instant access makes a disk before the copy ends",
    source: "virtual-machines/disks-instant-access-snapshots",
    run: async (azure) => {
      const disk = await provisioned(azure, "instant");
      await azure.control.settings({ backgroundCopyBytesPerSecond: 16 });
      const instant = (instantAccessDurationMinutes: number): object => ({
        body: snapshotOf(disk, {
          creationData: { createOption: "Copy", sourceResourceId: disk, instantAccessDurationMinutes },
        }),
      });
      for (const minutes of [59, 301])
        refused(await azure.put(compute("snapshots/never"), instant(minutes)), 400, {
          code: "InvalidParameter",
        });
      const snapshot = compute("snapshots/instant");
      await azure.done("PUT", snapshot, instant(60));
      expect(at(await azure.get(snapshot), "properties.snapshotAccessState")).toBe("InstantAccess");
      await azure.done("PUT", compute("disks/at-once"), {
        body: {
          location: REGION,
          zones: ["1"],
          sku: { name: "PremiumV2_LRS" },
          properties: { creationData: { createOption: "Copy", sourceResourceId: snapshot } },
        },
      });
      await azure.control.settings({ backgroundCopyBytesPerSecond: 300_000_000 });
    },
  },
  {
    says: "An Ultra disk needs a zone and a size of VM that takes it",
    source: "virtual-machines/disks-types",
    run: async (azure) => {
      refused(
        await azure.put(compute("disks/u"), { body: emptyDisk({ sku: { name: "UltraSSD_LRS" } }) }),
        400,
        {
          code: "BadRequest",
        },
      );
      const ultra = await azure.disk("ultra", { sku: { name: "UltraSSD_LRS" }, zones: ["1"] });
      await azure.vm("no-ultra", { zones: ["1"] });
      const body = { dataDisksToAttach: [{ diskId: ultra, lun: 0 }] };
      const answer = await azure.post(`${compute("virtualMachines/no-ultra")}/attachDetachDataDisks`, {
        body,
      });
      expect(answer.status).toBe(400);
      expect(answer.text).toContain("UltraSSD");
    },
  },
];
