import { createJob, getPointDetail, type PointDetail, type PointViewRow, type VmRow } from "@kluis/db";
import { KluisError, mustBeAllowed, type RestoreDiskParameters } from "@kluis/domain";
import { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { lookupPointFor } from "../lookup.ts";
import { mustBeReadable } from "../points/service.ts";
import { record, type VmEvent } from "../record.ts";
import { iso } from "../shape.ts";
import type { RestorePlan } from "../views/index.ts";
import type { RestoreInput } from "./inputs.ts";

interface Prepared {
  readonly vm: VmRow;
  readonly point: PointViewRow;
  readonly disk: PointDetail["disks"][number];
  readonly parameters: RestoreDiskParameters;
}

/** What a restore would do in Azure; nothing is created. */
export async function planRestore(ctx: SignedInContext, input: RestoreInput): Promise<RestorePlan> {
  return describe(await prepare(ctx, input));
}

/** Starts a job that writes a disk of a recovery point to a new managed disk. */
export async function createRestore(
  ctx: SignedInContext,
  input: RestoreInput,
): Promise<{ readonly jobId: string; readonly target: RestorePlan["target"] }> {
  const prepared = await prepare(ctx, input);
  const { vm, point, disk, parameters } = prepared;
  const { target } = describe(prepared);
  const { actor } = ctx.who;
  const jobId = await record(ctx, async (tx) => {
    const job = { kind: "restore-disk", vmId: vm.id, pointId: point.id, trigger: "manual", actor } as const;
    const id = await createJob(tx, { ...job, parameters: { ...parameters } }, ctx.api.clock);
    const event: VmEvent = {
      kind: "job.created",
      actor,
      target: { type: "job", id, name: `restore of ${disk.name} to ${parameters.name}` },
      vmId: vm.id,
      data: { jobKind: "restore-disk", pointId: point.id, disk: disk.diskKey, target: target.resourceId },
    };
    return { result: id, events: [event] };
  });
  return { jobId, target };
}

/**
 * @throws KluisError POINT_NOT_FOUND, DISK_NOT_FOUND, FORBIDDEN (also when the target's resource group is out of the person's reach)
 */
async function prepare(ctx: SignedInContext, input: RestoreInput): Promise<Prepared> {
  const { point, vm } = await lookupPointFor(ctx, "restore:disks", input.point);
  mustBeReadable(point);
  const detail = await getPointDetail(ctx.api.db.prisma, point.id);
  const disk = detail.disks.find((one) => one.diskKey === input.disk);
  if (disk === undefined) throw diskNotFound(point, input.disk, detail);
  const resourceGroup = input.resourceGroup ?? vm.resourceGroup;
  if (resourceGroup.toLowerCase() !== vm.resourceGroup.toLowerCase()) {
    // Otherwise a team could write disks into another team's resource group with the engine's rights.
    const place = { subscriptionId: vm.subscriptionId, resourceGroup, tags: {} };
    mustBeAllowed(ctx.who.access, "restore:disks", { kind: "vm", vm: place });
  }
  const parameters: RestoreDiskParameters = {
    disk: disk.diskKey,
    name: input.name,
    subscriptionId: vm.subscriptionId,
    resourceGroup,
    location: locationOf(detail, vm),
    sku: input.sku ?? restorableSku(disk.sku),
  };
  return { vm, point, disk, parameters };
}

export function diskNotFound(point: PointViewRow, key: string, detail: PointDetail): KluisError {
  const keys = detail.disks.map((disk) => disk.diskKey).join(", ");
  return new KluisError("DISK_NOT_FOUND", {
    message: `The recovery point ${point.id} holds no disk ${key}.`,
    action: `It holds these disks: ${keys}.`,
    params: { point: point.id, disk: key, disks: keys },
  });
}

/** Where the VM was when the point was taken. */
function locationOf(detail: PointDetail, vm: VmRow): string {
  const facts = z.object({ location: z.string() }).safeParse(detail.vmFacts);
  return facts.success ? facts.data.location : vm.location;
}

const restorable = ["Standard_LRS", "StandardSSD_LRS", "Premium_LRS"];

/** Azure takes uploads into these kinds only; a disk of another kind comes back as premium SSD and can be changed afterwards. */
function restorableSku(sku: string): string {
  return restorable.find((one) => one.toLowerCase() === sku.toLowerCase()) ?? "Premium_LRS";
}

function describe({ vm, point, disk, parameters }: Prepared): RestorePlan {
  const { name, subscriptionId, resourceGroup, location, sku } = parameters;
  const resourceId = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/disks/${name}`;
  const notes = [
    "The virtual machine and its disks are not touched; attach the new disk yourself when it is ready.",
    "If a disk of this name exists already, the job ends with an error and changes nothing.",
  ];
  if (sku.toLowerCase() !== disk.sku.toLowerCase())
    notes.push(`The disk was ${disk.sku}; the new one is ${sku}.`);
  if (point.state === "damaged") {
    notes.push("A verification found this recovery point damaged: the restore may fail.");
  }
  return {
    vm: { id: vm.id, name: vm.name },
    point: { id: point.id, takenAt: iso(point.takenAt), consistency: point.consistencyReached },
    disk: { key: disk.diskKey, name: disk.name, bytes: disk.diskBytes, allocatedBytes: disk.allocatedBytes },
    target: { name, resourceId, subscriptionId, resourceGroup, location, sku },
    steps: [
      `Create the managed disk ${name} (${sku}) in resource group ${resourceGroup}, ${location}, for upload.`,
      "Open write access to it for as long as the upload takes.",
      "Write every part that is not zero, from the vault.",
      "Close write access; Azure checks the image and makes it an ordinary, unattached disk.",
    ],
    notes,
  };
}
