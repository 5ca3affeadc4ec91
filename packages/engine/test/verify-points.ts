/** Recovery points as rows, under a policy with a rule for verification: for tests of the schedule, which read no data. */
import { randomUUID } from "node:crypto";
import type { Db } from "@kluis/db";
import { engineActor, nightOf, type VerificationRule } from "@kluis/domain";
import { addPolicy } from "./transfers.ts";
import { vmRow } from "./vm-row.ts";
import { standardPolicy } from "./world.ts";

/** A zone where it is night now. */
export function zoneAtNight(now: Date): string {
  const zones = Array.from({ length: 12 }, (_, hours) => [`Etc/GMT-${hours + 1}`, `Etc/GMT+${hours}`]).flat();
  // An hour away from the end of the night, so that the test does not cross it.
  const later = new Date(now.getTime() + 3_600_000);
  const zone = zones.find((one) => nightOf(now, one) !== null && nightOf(later, one) === nightOf(now, one));
  if (zone === undefined) throw new Error("It is night nowhere.");
  return zone;
}

export async function addVerifyPolicy(
  db: Db,
  name: string,
  {
    rule,
    timeZone = zoneAtNight(new Date()),
  }: { readonly rule: VerificationRule; readonly timeZone?: string },
): Promise<string> {
  const schedule = { kind: "daily" as const, times: ["01:00"], timeZone };
  const id = await addPolicy(db, name, { ...standardPolicy, schedule, verification: rule });
  const { policyId } = await db.prisma.policyVersion.findUniqueOrThrow({ where: { id } });
  return policyId;
}

export async function addVault({ prisma }: Db, verifyGib: number | null): Promise<string> {
  const id = randomUUID();
  await prisma.vault.create({ data: { id, name: `vault-${id.slice(0, 8)}`, kind: "folder", verifyGib } });
  return id;
}

/** Adds a protected VM with points of one disk each, the oldest first. Returns the ids of the points. */
export async function addPoints(
  { prisma }: Db,
  of: {
    readonly vm: string;
    readonly policyId: string;
    readonly vaultId: string;
    readonly points: number;
    readonly diskBytes: number;
  },
): Promise<string[]> {
  const { vm, policyId, vaultId, points, diskBytes } = of;
  const protection = {
    create: { id: randomUUID(), policyId, excludedDisks: [], scheduledThrough: new Date() },
  };
  const { id: vmId } = await prisma.virtualMachine.create({ data: { ...vmRow(vm), protection } });
  const ids: string[] = [];
  for (let n = 0; n < points; n++) {
    const id = randomUUID();
    ids.push(id);
    const at = new Date(Date.now() - (points - n) * 86_400_000);
    const bytes = BigInt(diskBytes);
    const sums = { readBytes: bytes, changedBytes: bytes, movedBytes: bytes, storedBytes: bytes };
    const times = {
      takenAt: at,
      snapshotStartedAt: at,
      snapshotEndedAt: at,
      transferStartedAt: at,
      transferEndedAt: at,
    };
    await prisma.recoveryPoint.create({
      data: {
        id,
        vmId,
        vaultId,
        jobId: randomUUID(),
        trigger: "manual",
        actor: { ...engineActor },
        vmFacts: {},
        ...times,
        consistencyWanted: "file",
        consistencyReached: "file",
        azureConsistency: "FileSystemConsistent",
        logicalBytes: bytes,
        allocatedBytes: bytes,
        ...sums,
        chunksNew: 0,
        chunksReused: 0,
        manifestDigest: "",
        keyId: "",
        tiers: [],
        disks: {
          create: {
            id: randomUUID(),
            diskKey: "os",
            name: "os",
            resourceId: "/disks/os",
            diskUniqueId: "",
            sku: "Premium_LRS",
            diskBytes: bytes,
            root: null,
            rootDigest: "",
            deltaMethod: "full",
            ...sums,
          },
        },
      },
    });
  }
  return ids;
}
