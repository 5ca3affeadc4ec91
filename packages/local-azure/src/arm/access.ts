/** Access to the bytes of a disk, snapshot or disk restore point: begin, end, limits. */
import { randomBytes, randomUUID } from "node:crypto";
import { z } from "zod";
import { type AccessTarget, findTarget, liveGrants } from "../blob/target.ts";
import { FOOTER_SIZE, footerProblem } from "../disks/vhd.ts";
import type { Grant } from "../state/model.ts";
import type { World } from "../world.ts";
import { accessOpen } from "./disk-errors.ts";
import { ArmError, invalidParameter, operationNotAllowed } from "./errors.ts";
import { keyOf } from "./ids.ts";
import { accepted } from "./long-running.ts";
import type { ArmPart } from "./part.ts";
import type { ArmCall, ArmReply } from "./router.ts";

/** Expired grants stay for a day, so that a late read gets the same answer as a revoked one. */
const KEEP_EXPIRED_MS = 24 * 3600 * 1000;

const grantBody = z.object({
  access: z.string(),
  durationInSeconds: z.number().int().optional(),
  getSecureVMGuestStateSAS: z.boolean().optional(),
  fileFormat: z.string().optional(),
});

interface Accessible {
  id: string;
  location: string;
}

/** Answers POST …/beginGetAccess. */
export async function grantAccess(call: ArmCall, resource: Accessible): Promise<ArmReply> {
  const { world } = call;
  const target = mustFind(world, resource.id);
  const body = grantBody.safeParse(call.body);
  if (!body.success || (body.data.access !== "Read" && body.data.access !== "Write"))
    throw invalidParameter(
      "Required parameter 'access' is missing or has a value other than 'Read' and 'Write'.",
    );
  const seconds = body.data.durationInSeconds ?? 0;
  const { sasMaxSeconds } = world.state.settings;
  if (seconds < 1 || seconds > sasMaxSeconds) {
    throw invalidParameter(
      `The value '${seconds}' of parameter 'durationInSeconds' is out of range. The value must be between 1 and ${sasMaxSeconds}.`,
    );
  }
  if (body.data.getSecureVMGuestStateSAS === true) {
    throw new ArmError(
      { status: 400, code: "BadRequest" },
      "getSecureVMGuestStateSAS can be set only for disk with SecurityProfile.",
    );
  }
  checkMayGrant(world, target, body.data.access);
  const input = { access: body.data.access, seconds };
  return accepted(call, { kind: "access.begin", family: "DiskOperations", on: resource, input });
}

/** Answers POST …/endGetAccess. */
export function revokeAccess(call: ArmCall, resource: Accessible): Promise<ArmReply> {
  return accepted(call, { kind: "access.end", family: "DiskOperations", on: resource });
}

/** Refuses the deletion of a resource with open access. @throws ArmError */
export function refuseWithAccess(
  world: World,
  kind: "disk" | "snapshot",
  resource: Accessible & { name: string },
): void {
  if (liveGrants(world.state, resource.id, world.clock.now()).length > 0)
    throw accessOpen(kind, resource.name);
}

function checkMayGrant(world: World, target: AccessTarget, access: "Read" | "Write"): void {
  if (target.kind === "disk") return checkDisk(world, target, access);
  if (access === "Write") throw invalidParameter(`'${target.name}' can be read only.`);
  const snapshot = world.state.snapshots[keyOf(target.id)];
  if (snapshot?.networkAccessPolicy === "DenyAll")
    throw operationNotAllowed("The network access policy 'DenyAll' does not allow access to the snapshot.");
  checkFamily(world, target);
}

function checkDisk(world: World, target: AccessTarget, access: "Read" | "Write"): void {
  const disk = world.state.disks[keyOf(target.id)];
  if (!disk) return;
  if (disk.networkAccessPolicy === "DenyAll")
    throw operationNotAllowed("The network access policy 'DenyAll' does not allow access to the disk.");
  if (access === "Write" && disk.upload === undefined)
    throw operationNotAllowed(
      `Disk '${disk.name}' is not in the state ReadyToUpload; only such disks can be written.`,
    );
  if (access === "Read" && disk.upload !== undefined)
    throw operationNotAllowed(
      `Disk '${disk.name}' is being uploaded and cannot be read until access is revoked.`,
    );
  const vm = disk.managedBy === undefined ? undefined : world.state.vms[keyOf(disk.managedBy)];
  if (vm?.power === "running")
    throw operationNotAllowed(
      `Disk '${disk.name}' is attached to the running VM '${vm.name}'; take a snapshot instead.`,
    );
}

/** Limits the open snapshots of one family (docs: disks-incremental-snapshots). */
function checkFamily(world: World, target: AccessTarget): void {
  const now = world.clock.now();
  const open = new Set(
    Object.values(world.state.grants)
      .filter((grant) => grant.familyId === target.familyId && grant.expiresAt > now)
      .map((grant) => grant.resourceId),
  );
  open.delete(keyOf(target.id));
  const { sasPerFamily } = world.state.settings;
  if (open.size < sasPerFamily) return;
  throw operationNotAllowed(
    `At most ${sasPerFamily} incremental snapshots of one snapshot family can have an active SAS at the same time. Revoke one first.`,
  );
}

export const access: ArmPart = {
  routes: [],
  work: {
    "access.begin": {
      run: async (world, operation) => {
        const target = mustFind(world, operation.target);
        const wanted = operation.input["access"] === "Write" ? "Write" : "Read";
        // Checked again: another grant may have begun since the call.
        checkMayGrant(world, target, wanted);
        forgetExpired(world);
        const expiresAt = operation.startTime + Number(operation.input["seconds"]) * 1000;
        const grant = extendOrCreate(world, target, { access: wanted, expiresAt });
        const disk = world.state.disks[keyOf(target.id)];
        if (disk && wanted === "Write") disk.upload = "ActiveUpload";
        return { grantId: grant.id };
      },
    },
    "access.end": {
      run: async (world, operation) => {
        const target = mustFind(world, operation.target);
        const disk = world.state.disks[keyOf(target.id)];
        if (disk?.upload === "ActiveUpload") {
          await checkUploaded(world, target);
          delete disk.upload;
        }
        for (const grant of Object.values(world.state.grants))
          if (grant.resourceId === keyOf(target.id)) delete world.state.grants[grant.id];
        return undefined;
      },
    },
  },
};

function mustFind(world: World, id: string): AccessTarget {
  const target = findTarget(world.state, id);
  if (!target)
    throw new ArmError({ status: 404, code: "ResourceNotFound" }, `The Resource '${id}' was not found.`);
  return target;
}

/** A second request extends an active grant, with the same URL (docs: manage-restore-points). */
function extendOrCreate(
  world: World,
  target: AccessTarget,
  wanted: { access: Grant["access"]; expiresAt: number },
): Grant {
  const existing = liveGrants(world.state, target.id, world.clock.now()).find(
    (grant) => grant.access === wanted.access,
  );
  if (existing) {
    existing.expiresAt = Math.max(existing.expiresAt, wanted.expiresAt);
    return existing;
  }
  const grant: Grant = {
    id: randomUUID(),
    account: `${wanted.access === "Write" ? "md-impexp" : "md"}-${randomBytes(6).toString("hex")}`,
    container: randomBytes(6).toString("hex"),
    resourceId: keyOf(target.id),
    access: wanted.access,
    expiresAt: wanted.expiresAt,
  };
  if (target.familyId !== undefined) grant.familyId = target.familyId;
  world.state.grants[grant.id] = grant;
  return grant;
}

function forgetExpired(world: World): void {
  for (const grant of Object.values(world.state.grants))
    if (grant.expiresAt < world.clock.now() - KEEP_EXPIRED_MS) delete world.state.grants[grant.id];
}

/** Checks the VHD footer of an upload. Azure does so when access ends, not earlier. */
async function checkUploaded(world: World, target: AccessTarget): Promise<void> {
  const footer = Buffer.alloc(FOOTER_SIZE);
  await world.layers.read(target.layer, footer, target.sizeBytes);
  const problem = footerProblem(footer, target.sizeBytes);
  if (problem) throw new ArmError({ status: 400, code: "InvalidVhd" }, problem);
  // Zero the footer: if the disk grows later, it would lie in the middle of the data.
  const key = keyOf(target.id);
  await world.layers.withDisks([key], () =>
    world.layers.writeDisk(key, Buffer.alloc(FOOTER_SIZE), target.sizeBytes),
  );
  await world.layers.sync(target.layer);
}
