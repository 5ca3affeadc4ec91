/** The VMs of a chaos run, and the model: what each recovery point must contain. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createPolicy, inTransaction, setProtection } from "@kluis/db";
import { engineActor, type PolicyDocument } from "@kluis/domain";
import { GROUP, until } from "../world.ts";
import { patiently } from "./database.ts";
import type { Parts } from "./parts.ts";
import type { VmPlan, Write } from "./plan.ts";
import { Random } from "./random.ts";

/** Digests of the disks of a VM, OS disk first. */
export type Content = readonly string[];

export interface Guest {
  readonly plan: VmPlan;
  readonly vmId: string;
  readonly policyVersionId: string;
  /** Its images, OS disk first. */
  readonly images: readonly string[];
  content: Content;
}

/** The content at the snapshot of each backup job, by id: no guest writes between the start of a backup and its snapshot. */
export type Expected = Map<string, { readonly guest: Guest; readonly content: Content }>;

/** Imports the VMs; engines then find them. */
export async function importVms(parts: Parts, plans: readonly VmPlan[]): Promise<string[][]> {
  const images: string[][] = [];
  for (const plan of plans) {
    const files = plan.diskBytes.map((_, disk) => join(parts.folder, `${plan.name}-${disk}.raw`));
    for (const [disk, file] of files.entries()) {
      const handle = await open(file, "w");
      await handle.truncate(plan.diskBytes[disk] ?? 0);
      await handle.close();
    }
    await change(files, plan.first);
    const vm = { vm: plan.name, os: plan.os, resourceGroup: GROUP, disks: files };
    const stopped = plan.ofSingleDisks ? { stopped: true, size: "Standard_D2_v5" } : {};
    await parts.localAzure.control.importVm({ ...vm, ...stopped });
    images.push(files);
  }
  return images;
}

/** Waits until an engine has found the VMs, and protects them. */
export async function protect(
  parts: Parts,
  plans: readonly VmPlan[],
  images: readonly string[][],
): Promise<Guest[]> {
  const { db } = parts.database;
  const guests: Guest[] = [];
  for (const [index, plan] of plans.entries()) {
    const files = images[index] ?? [];
    const vm = await until(`discovery of ${plan.name}`, 180_000, () =>
      db.prisma.virtualMachine.findFirst({ where: { name: plan.name } }),
    );
    const policyVersionId = await inTransaction(db, async (tx) => {
      const made = {
        name: `policy-${plan.name}`,
        description: "",
        teamId: null,
        document: policyOf(plan),
        actor: engineActor,
      };
      const { id: policyId } = await createPolicy(tx, made, { now: () => new Date() });
      await setProtection(tx, { vmId: vm.id, policyId, excludedDisks: [] }, { now: () => new Date() });
      const version = await tx.policyVersion.findFirstOrThrow({ where: { policyId } });
      return version.id;
    });
    guests.push({ plan, vmId: vm.id, policyVersionId, images: files, content: await contentOf(files) });
  }
  return guests;
}

/** Daily, half a day from now: the run starts every backup itself. */
function policyOf(plan: VmPlan): PolicyDocument {
  const at = new Date(Date.now() + 18 * 3_600_000);
  const time = `${String(at.getUTCHours()).padStart(2, "0")}:${String(at.getUTCMinutes()).padStart(2, "0")}`;
  return {
    schedule: { kind: "daily", times: [time], timeZone: "UTC" },
    retention: { daily: 30 },
    instantRestoreDays: plan.keepsSnapshots ? 2 : 0,
    consistency: { wanted: "application", otherwise: "continue", vss: "full" },
  };
}

/** The guest writes. */
export async function write(parts: Parts, guest: Guest, writes: readonly Write[]): Promise<void> {
  await change(guest.images, writes);
  for (const disk of new Set(writes.map((one) => one.disk))) {
    const image = guest.images[disk];
    if (image === undefined) continue;
    await parts.localAzure.control.write({
      vm: guest.plan.name,
      disk: disk === 0 ? "os" : disk - 1,
      image,
    });
  }
  guest.content = await contentOf(guest.images);
}

async function change(files: readonly string[], writes: readonly Write[]): Promise<void> {
  for (const { disk, offset, length, seed } of writes) {
    const file = files[disk];
    if (file === undefined) continue;
    const handle = await open(file, "r+");
    await handle.write(new Random(seed).bytes(length), 0, length, offset);
    await handle.close();
  }
}

async function contentOf(files: readonly string[]): Promise<Content> {
  return Promise.all(
    files.map(async (file) =>
      createHash("sha256")
        .update(await readFile(file))
        .digest("hex"),
    ),
  );
}

/** SHA-256 of a managed disk's content. */
export async function diskDigest(parts: Parts, disk: string): Promise<string> {
  const to = join(parts.folder, `${disk}.export`);
  await patiently(() => parts.localAzure.control.exportDisk({ disk, to }), 5_000);
  const hash = createHash("sha256");
  for await (const piece of createReadStream(to)) hash.update(Buffer.from(piece));
  await rm(to);
  return hash.digest("hex");
}
