/** Restore points that copy in the background, and VSS copy backups. */
import { expect } from "vitest";
import { at, text } from "./azure.ts";
import { type Case, refused, sources } from "./case.ts";
import { crash, take } from "./restore-point.ts";
import {
  attach,
  collectionPath,
  diskPoints,
  failure,
  pointPath,
  protectedVm,
  vmPath,
} from "./statements-restore-point.ts";

/** They need the VMs of the kind of restore points. */
export const statementsCopies: readonly Case[] = [
  {
    says: "Premium SSD v2 is copied in the background; instant access of 60 to 300 minutes is kept",
    source: "virtual-machines/virtual-machines-create-restore-points#instant-access",
    run: async (azure) => {
      await protectedVm(azure, "fast", { zones: ["1"] });
      const disk = await azure.disk("fast-data", { sku: { name: "PremiumV2_LRS" }, zones: ["1"] });
      await attach(azure, "fast", disk);
      await azure.control.write({ vm: "fast", disk: 0, image: await azure.image("fast", 4 * 1024 ** 3) });
      await azure.done("PATCH", collectionPath("fast"), { body: { properties: { instantAccess: true } } });
      const body = (instantAccessDurationMinutes: number): object => ({
        body: { properties: { instantAccessDurationMinutes } },
      });
      for (const minutes of [59, 301])
        refused(await azure.put(pointPath("fast", "never"), body(minutes)), 400, {
          code: "InvalidParameter",
        });
      await azure.control.settings({ backgroundCopyBytesPerSecond: 16 });
      await take(azure, pointPath("fast", "p"), body(300));
      expect(at(await azure.get(pointPath("fast", "p")), "properties.instantAccessDurationMinutes")).toBe(
        300,
      );
      const found = await diskPoints(azure, pointPath("fast", "p"));
      const state = at(found.get("fast-data") ?? null, "properties") ?? null;
      expect(Number(at(state, "completionPercent"))).toBeLessThan(100);
      expect(at(state, "snapshotAccessState")).toBe("InstantAccess");
      await azure.control.settings({ backgroundCopyBytesPerSecond: 300_000_000 });
      await azure.advance(60);
      const later = await diskPoints(azure, pointPath("fast", "p"));
      expect(at(later.get("fast-data") ?? null, "properties.completionPercent")).toBe(100);
    },
  },
  {
    says: "A point of a VM with Premium SSD v2 cannot be crash-consistent",
    source: sources.pointConcepts,
    run: async (azure) =>
      expect((await failure(azure, pointPath("fast", "crash"), crash.body)).code).toBe(
        "VMRestorePointClientError",
      ),
  },
  {
    says: "The registry value of a VSS copy is set and read in the guest; the next point is a copy",
    source: "backup/backup-azure-vms-introduction",
    run: async (azure) => {
      const run = async (script: string): Promise<string> => {
        const begun = await azure.done("POST", `${vmPath("win")}/runCommand`, {
          body: { commandId: "RunPowerShellScript", script: [script] },
        });
        return text(at(await azure.get(begun.headers.get("location") ?? ""), "value.0.message"));
      };
      const key = String.raw`HKLM\SOFTWARE\Microsoft\BcdrAgent`;
      await take(azure, pointPath("win", "full"), { body: {} });
      expect(await run("Get-WinEvent")).toContain("VSS_BT_FULL");
      await run(`reg add "${key}" /v USEVSSCOPYBACKUP /t REG_SZ /d TRUE /f`);
      expect(await run(`reg query "${key}" /v USEVSSCOPYBACKUP`)).toContain("TRUE");
      await take(azure, pointPath("win", "copy"), { body: {} });
      expect(await run("Get-WinEvent")).toContain("VSS_BT_COPY");
    },
  },
];
