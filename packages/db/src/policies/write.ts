import { type Actor, type Clock, KluisError, type PolicyDocument } from "@kluis/domain";
import { isUniqueViolation } from "../errors.ts";
import { newId } from "../ids.ts";
import { toJson } from "../json.ts";
import { decideAgain } from "../protections/schedule.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";
import { type PolicyRow, policyFields, policyNotFound, toPolicy } from "./read.ts";

export interface NewPolicy {
  readonly name: string;
  readonly description: string;
  readonly teamId: string | null;
  readonly document: PolicyDocument;
  readonly actor: Actor;
}

/** Creates a policy with its first version. @throws KluisError CONFLICT when the name is taken */
export async function createPolicy(tx: Tx, policy: NewPolicy, clock: Clock): Promise<PolicyRow> {
  const { document, actor, ...facts } = policy;
  const createdAt = await databaseNow(tx);
  const version = { version: 1, document: toJson(document), createdAt, createdBy: toJson(actor) };
  try {
    const row = await tx.policy.create({
      data: {
        ...facts,
        id: newId(clock),
        currentVersion: 1,
        createdAt,
        versions: { create: { id: newId(clock), ...version } },
      },
      select: policyFields,
    });
    return toPolicy(row);
  } catch (error) {
    throw nameTaken(policy.name, error);
  }
}

/** The policy that has the name may be one that the caller cannot see, so the error names only the name. */
function nameTaken(name: string, cause: unknown): unknown {
  if (!isUniqueViolation(cause, "Policy_name")) return cause;
  return new KluisError("CONFLICT", {
    reason: "policy-name-taken",
    message: `The name "${name}" is taken.`,
    action: "Choose another name.",
    params: { policy: name },
    cause,
  });
}

export interface PolicyRename {
  readonly id: string;
  /** The name that the user saw. */
  readonly expectedName: string;
  readonly name: string;
}

/** @throws KluisError POLICY_NOT_FOUND; CONFLICT when the name is taken, or when the policy has another one meanwhile */
export async function renamePolicy(tx: Tx, { id, expectedName, name }: PolicyRename): Promise<void> {
  const renamed = await tx.policy
    .updateMany({ where: { id, name: expectedName, deletedAt: null }, data: { name } })
    .catch((error: unknown) => {
      throw nameTaken(name, error);
    });
  if (renamed.count === 1) return;
  const now = await tx.policy.findFirst({ where: { id, deletedAt: null }, select: { name: true } });
  if (now === null) throw policyNotFound(id);
  throw new KluisError("CONFLICT", {
    reason: "policy-renamed",
    message: `Another user renamed policy ${expectedName}: it is ${now.name} now.`,
    action: "Load the policy again.",
    params: { policy: expectedName, name: now.name },
  });
}

/**
 * Lets a policy take no VMs from now on, or take VMs again. Returns false when it was so already. It waits for assignments
 * in progress, and later ones see it.
 */
export async function setPolicyRetired(tx: Tx, id: string, retiredAt: Date | null): Promise<boolean> {
  const was = retiredAt === null ? { not: null } : null;
  const changed = await tx.policy.updateMany({
    where: { id, deletedAt: null, retiredAt: was },
    data: { retiredAt },
  });
  return changed.count === 1;
}

export interface PolicyEdit {
  readonly id: string;
  /** The version that the editor saw. */
  readonly expectedVersion: number;
  readonly description?: string | undefined;
  readonly document: PolicyDocument;
  readonly actor: Actor;
}

/** The error of an edit of a version that is not the current one. */
export function policyChanged(name: string, version: number): KluisError {
  return new KluisError("CONFLICT", {
    reason: "policy-changed",
    message: `Another user changed policy ${name}: version ${version} is current.`,
    action: "Load the policy again and repeat your change.",
    params: { policy: name, version },
  });
}

/** Saves a new version. @throws KluisError POLICY_NOT_FOUND; CONFLICT when another version was saved meanwhile */
export async function addPolicyVersion(tx: Tx, edit: PolicyEdit, clock: Clock): Promise<PolicyRow> {
  const version = edit.expectedVersion + 1;
  const changed = await tx.policy.updateMany({
    where: { id: edit.id, currentVersion: edit.expectedVersion, deletedAt: null },
    data: {
      currentVersion: version,
      ...(edit.description !== undefined && { description: edit.description }),
    },
  });
  if (changed.count === 0) {
    const now = await tx.policy.findFirst({
      where: { id: edit.id, deletedAt: null },
      select: { name: true, currentVersion: true },
    });
    if (now === null) throw policyNotFound(edit.id);
    throw policyChanged(now.name, now.currentVersion);
  }
  await decideAgain(tx, { policyId: edit.id });
  await tx.policyVersion.create({
    data: {
      id: newId(clock),
      policyId: edit.id,
      version,
      document: toJson(edit.document),
      // Compared with the times of points, to say which change removed one.
      createdAt: await databaseNow(tx),
      createdBy: toJson(edit.actor),
    },
  });
  return toPolicy(await tx.policy.findUniqueOrThrow({ where: { id: edit.id }, select: policyFields }));
}
