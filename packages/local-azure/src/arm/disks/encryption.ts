/** Encryption with customer keys: which encryption sets a disk can use, and whether their keys answer. */
import type { z } from "zod";
import { type encryptionSchema, encryptionTypeSchema } from "../../state/disk-facts.ts";
import type { DiskEncryptionSet } from "../../state/disk-resources.ts";
import type { State } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { missingParameter } from "../body.ts";
import { ArmError, badRequest } from "../errors.ts";
import { keyOf } from "../ids.ts";
import type { Work } from "../part.ts";
import { notAllowed, notFound } from "./disk-errors.ts";

/** The encryption of a disk or snapshot, as its state has it. */
export type Encryption = z.infer<typeof encryptionSchema>;

/** Where a new disk or snapshot will be. */
export interface Place {
  subscriptionId: string;
  location: string;
}

const PLATFORM = "EncryptionAtRestWithPlatformKey";

/** Checks the encryption that a body requests. `parameter`: `disk.encryption`. @throws ArmError */
export function checkEncryption(
  state: State,
  encryption: Encryption,
  where: { place: Place; parameter: string },
): void {
  const { place, parameter } = where;
  const { diskEncryptionSetId } = encryption;
  const type = encryption.type ?? (diskEncryptionSetId === undefined ? PLATFORM : undefined);
  if (type === PLATFORM) {
    if (diskEncryptionSetId !== undefined) throw notAllowed(`${parameter}.diskEncryptionSetId`);
    return;
  }
  if (diskEncryptionSetId === undefined) throw missingParameter(`${parameter}.diskEncryptionSetId`);
  const set = usableSet(state, diskEncryptionSetId, place);
  const setType: string = set.encryptionType;
  if (type === undefined ? setType.startsWith("Confidential") : type !== setType)
    throw badRequest(
      `Encryption type '${type ?? "EncryptionAtRestWithCustomerKey"}' does not match the encryption type '${set.encryptionType}' of disk encryption set '${set.name}'.`,
    );
}

/** The encryption set of an id, in the disk's region and subscription. @throws ArmError 404, 400 */
export function usableSet(state: State, id: string, place: Place): DiskEncryptionSet {
  const set = state.diskEncryptionSets[keyOf(id)];
  if (!set || set.location !== place.location) throw notFound(id);
  if (set.subscriptionId.toLowerCase() !== place.subscriptionId.toLowerCase())
    throw badRequest(
      `Disk encryption set '${id}' must be in the same subscription as the resource that it encrypts.`,
    );
  return set;
}

/** The type that goes with an encryption set when the body names the set only. */
export function completeEncryption(state: State, encryption: Encryption): Encryption {
  if (encryption.type !== undefined || encryption.diskEncryptionSetId === undefined) return encryption;
  const set = state.diskEncryptionSets[keyOf(encryption.diskEncryptionSetId)];
  const type = encryptionTypeSchema.safeParse(set?.encryptionType).data;
  return { ...encryption, ...(type === undefined ? {} : { type }) };
}

/**
 * Why the key of a resource cannot be used now; undefined when it can. The fault `keyVault.access`
 * denies the key of an encryption set.
 */
export function keyProblem(world: World, encryption: Encryption | undefined): ArmError | undefined {
  const id = encryption?.diskEncryptionSetId;
  if (id === undefined) return undefined;
  const set = world.state.diskEncryptionSets[keyOf(id)];
  if (!set) return notFound(id);
  const denied =
    set.identity.type === "None" || world.faults.take({ operation: "keyVault.access", path: set.id });
  return denied ? keyAccessForbidden(set) : undefined;
}

/** Work on a resource that fails while its customer's key cannot be used. */
export function needsKey(
  type: { records(state: State): Record<string, { encryption?: Encryption }> },
  work: Work,
): Work {
  return {
    ...work,
    run: async (world, operation) => {
      const problem = keyProblem(world, type.records(world.state)[keyOf(operation.target)]?.encryption);
      if (problem) throw problem;
      return work.run(world, operation);
    },
  };
}

function keyAccessForbidden(set: DiskEncryptionSet): ArmError {
  const [userIdentity] = Object.keys(set.identity.userAssignedIdentities ?? {});
  const holder =
    userIdentity === undefined
      ? `disk encryption set '${set.name}'`
      : `user-assigned identity '${userIdentity}'`;
  return new ArmError(
    { status: 400, code: "KeyVaultAccessForbidden" },
    `Unable to access key vault resource '${set.activeKey.keyUrl}' to enable encryption at rest. Please grant get, wrap and unwrap key permissions to ${holder}. Please visit https://aka.ms/keyvaultaccessssecmk for more information.`,
  );
}

/** Ids of the resources that use an encryption set. */
export function resourcesOfSet(state: State, setId: string): string[] {
  const key = keyOf(setId);
  const uses = (one: {
    encryption?: Encryption | undefined;
    secureVMDiskEncryptionSetId?: string | undefined;
  }) =>
    [one.encryption?.diskEncryptionSetId, one.secureVMDiskEncryptionSetId].some(
      (id) => id !== undefined && keyOf(id) === key,
    );
  return [
    ...Object.values(state.disks),
    ...Object.values(state.snapshots),
    ...Object.values(state.restorePoints).flatMap((point) => point.disks),
  ]
    .filter(uses)
    .map(({ id }) => id);
}
