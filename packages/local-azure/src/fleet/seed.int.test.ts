import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalAzure, startLocalAzure } from "../start.ts";
import { readRecipe } from "./recipe.ts";
import { fleet, seedFleet } from "./seed.ts";

const MIB = 1024 * 1024;
const byText = (a: unknown, b: unknown) => String(a).localeCompare(String(b));
let folder: string;
let azure: LocalAzure;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kluis-fleet-"));
  azure = await startLocalAzure({ dataDir: folder, seedFleet: true });
});
afterAll(async () => {
  await azure.stop();
  await rm(folder, { recursive: true, force: true });
});

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of createReadStream(file, { highWaterMark: MIB })) hash.update(Buffer.from(part));
  return hash.digest("hex");
}

describe("the demo fleet", () => {
  test("has four VMs with the disks, power states and groups of the tour", async () => {
    const { vms } = await azure.control.list();
    const shown = vms.map(({ name, os, power, resourceGroup, disks }) => [
      name,
      os,
      power,
      resourceGroup,
      disks.length,
    ]);
    expect(shown.toSorted(byText)).toEqual([
      ["batch-01", "linux", "deallocated", "platform-rg", 1],
      ["sandbox-01", "linux", "running", "platform-rg", 1],
      ["sql-01", "windows", "running", "commerce-rg", 3],
      ["web-01", "linux", "running", "commerce-rg", 2],
    ]);
    const allocated = vms.flatMap(({ disks }) => disks).reduce((sum, disk) => sum + disk.allocatedBytes, 0);
    expect(allocated).toBeGreaterThan(300 * MIB);
    expect(allocated).toBeLessThan(750 * MIB);
  });

  test("a disk has the packed bytes", async () => {
    const to = join(folder, "log.img");
    await azure.control.exportDisk({ disk: "sql-01_Log1", to });
    expect(await sha256(to)).toBe((await readRecipe("sql-01-log")).sha256);
  });

  test("the Windows guest has the VSS writer of SQL Server and no trace of a backup", async () => {
    const { guest, extensions } = await azure.control.guest("sql-01");
    expect(guest.windows?.vssWriters.map(({ name }) => name)).toContain("SqlServerWriter");
    expect(guest.windows?.services.find(({ name }) => name === "VSS")?.startType).toBe("Manual");
    expect(extensions).toEqual([]);
  });

  test("a second seeding changes nothing, and restores a missing VM", async () => {
    const before = await azure.control.list();
    await seedFleet(azure.fabric);
    expect(await azure.control.list()).toEqual(before);
    await azure.control.deleteVm("batch-01");
    await seedFleet(azure.fabric);
    const after = await azure.control.list();
    expect(after.vms.map(({ name }) => name).toSorted(byText)).toEqual(
      fleet.map(({ name }) => name).toSorted(byText),
    );
  });
});
