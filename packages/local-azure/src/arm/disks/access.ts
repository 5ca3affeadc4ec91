/** Access to the bytes of a disk, snapshot or disk restore point: begin, end, limits. */
import { randomBytes, randomUUID } from "node:crypto";
import { z } from "zod";
import { type AccessTarget, accessFactsOf, findTarget, liveGrants } from "../../blob/target.ts";
import { FOOTER_SIZE, footerProblem } from "../../disks/vhd.ts";
import type { Grant } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { invalidValue, outOfRange, parseBody } from "../body.ts";
import { ArmError } from "../errors.ts";
import { keyOf } from "../ids.ts";
import { accepted } from "../operations/long-running.ts";
import type { ArmPart } from "../part.ts";
import type { ArmCall, ArmReply } from "../router.ts";
import { checkKind, checkMayGrant } from "./access-rules.ts";
import { accessOpen } from "./disk-errors.ts";
import { keyProblem } from "./encryption.ts";

/** Expired grants stay for a day, so that a late read gets the same answer as a revoked one. */
const KEEP_EXPIRED_MS = 24 * 3600 * 1000;

const grantBody = z.strictObject({
  access: z.enum(["None", "Read", "Write"]),
  durationInSeconds: z.number().int().exactOptional(),
  getSecureVMGuestStateSAS: z.boolean().exactOptional(),
  fileFormat: z.enum(["VHD", "VHDX"]).exactOptional(),
});

interface Accessible {
  id: string;
  location: string;
}

/** Answers POST …/beginGetAccess. */
export async function grantAccess(call: ArmCall, resource: Accessible): Promise<ArmReply> {
  const { world } = call;
  const target = mustFind(world, resource.id);
  const body = parseBody(grantBody, call.body, { parameter: "grantAccessData" });
  const { access: wanted, durationInSeconds: seconds = 0 } = body;
  if (wanted === "None") throw invalidValue("grantAccessData.access", wanted);
  const { sasMaxSeconds: max } = world.state.settings;
  if (seconds < 1 || seconds > max)
    throw outOfRange("grantAccessData.durationInSeconds", seconds, { min: 1, max });
  checkKind(world, target, body);
  checkMayGrant(world, target, wanted);
  const input = { access: wanted, seconds };
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

export const access: ArmPart = {
  routes: [],
  work: {
    "access.begin": {
      run: async (world, operation) => {
        const target = mustFind(world, operation.target);
        const wanted = operation.input["access"] === "Write" ? "Write" : "Read";
        // Checked again: another grant may have begun since the call.
        checkMayGrant(world, target, wanted);
        const problem = keyProblem(world, accessFactsOf(world.state, target).encryption);
        if (problem) throw problem;
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
  // A disk with sectors of 4,096 bytes takes a VHDX, which the local Azure cannot read.
  const problem =
    accessFactsOf(world.state, target).logicalSectorSize === 4096
      ? "The specified cookie value in VHDX header indicates that disk is not a supported VHDX. Disk is expected to have cookie value 'vhdxfile'."
      : footerProblem(footer, target.sizeBytes);
  if (problem === undefined) return eraseFooter(world, target);
  const [grant] = liveGrants(world.state, target.id, world.clock.now());
  const blob = grant ? ` 'abcd' with blob ${world.baseUrl()}/${grant.account}/${grant.container}/abcd` : "";
  throw new ArmError(
    { status: 400, code: "InvalidVhd" },
    problem.replace("that disk is not", `that disk${blob} is not`),
  );
}

async function eraseFooter(world: World, target: AccessTarget): Promise<void> {
  // Zero the footer: if the disk grows later, it would lie in the middle of the data.
  const key = keyOf(target.id);
  await world.layers.withDisks([key], () =>
    world.layers.writeDisk(key, Buffer.alloc(FOOTER_SIZE), target.sizeBytes),
  );
  await world.layers.sync(target.layer);
}
