/** Whether access to the bytes of a disk, snapshot or disk restore point may begin. */
import { type AccessTarget, accessFactsOf } from "../../blob/target.ts";
import type { World } from "../../world.ts";
import { invalidValue } from "../body.ts";
import { badRequest, conflict, invalidParameter, operationNotAllowed } from "../errors.ts";
import { keyOf } from "../ids.ts";
import { copyPercent } from "./background-copy.ts";
import { runningOwner } from "./disk-owners.ts";

const words: Readonly<Record<AccessTarget["kind"], string>> = {
  disk: "disk",
  snapshot: "snapshot",
  diskRestorePoint: "disk restore point",
};

/** Checks a request for access to a target. @throws ArmError 400, 409 */
export function checkMayGrant(world: World, target: AccessTarget, access: "Read" | "Write"): void {
  if (accessFactsOf(world.state, target).networkAccessPolicy === "DenyAll")
    throw operationNotAllowed(
      `The network access policy 'DenyAll' does not allow access to the ${words[target.kind]}.`,
    );
  if (target.kind === "disk") return checkDisk(world, target, access);
  if (access === "Write") throw invalidParameter(`'${target.name}' can be read only.`);
  checkCopied(world, target);
  checkFamily(world, target);
}

/** Checks what else a request for access asks: the guest's state and the format of the file. @throws ArmError */
export function checkKind(
  world: World,
  target: AccessTarget,
  wanted: { getSecureVMGuestStateSAS?: boolean; fileFormat?: "VHD" | "VHDX" },
): void {
  const { securityType, logicalSectorSize = 512 } = accessFactsOf(world.state, target);
  if (wanted.getSecureVMGuestStateSAS === true) {
    if (securityType === undefined)
      throw badRequest("getSecureVMGuestStateSAS can be set only for disk with SecurityProfile.");
    throw operationNotAllowed("The local Azure has no VM guest state of disks.");
  }
  const large = logicalSectorSize === 4096;
  const { fileFormat } = wanted;
  if (fileFormat !== undefined && (fileFormat === "VHDX") !== large)
    throw invalidValue("grantAccessData.fileFormat", fileFormat);
  const upload = world.state.disks[keyOf(target.id)]?.upload;
  if (large && upload === undefined)
    throw operationNotAllowed(
      `'${target.name}' has a logical sector size of 4096 bytes and can be exported in the VHDX format only, which the local Azure does not have.`,
    );
}

function checkDisk(world: World, target: AccessTarget, access: "Read" | "Write"): void {
  const disk = world.state.disks[keyOf(target.id)];
  if (!disk) return;
  if (access === "Write" && disk.upload === undefined)
    throw operationNotAllowed(
      `Disk '${disk.name}' is not in the state ReadyToUpload; only such disks can be written.`,
    );
  if (access === "Read" && disk.upload !== undefined)
    throw operationNotAllowed(
      `Disk '${disk.name}' is being uploaded and cannot be read until access is revoked.`,
    );
  const vm = runningOwner(world, disk);
  if (vm !== undefined)
    throw conflict(
      `Access not permitted because disk ${disk.name} is currently attached to running VM ${vm}.`,
    );
}

/** A snapshot can be read when its background copy has ended, also one with instant access. */
function checkCopied(world: World, target: AccessTarget): void {
  const snapshot = world.state.snapshots[keyOf(target.id)];
  if (!snapshot?.copy) return;
  const percent = copyPercent(world, snapshot.copy);
  if (percent < 100)
    throw operationNotAllowed(
      `The background copy of snapshot '${snapshot.name}' has not completed: ${percent} percent. Try again when completionPercent is 100.`,
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
