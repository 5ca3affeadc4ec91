import {
  type Actor,
  actorSchema,
  type Clock,
  KluisError,
  type PolicyDocument,
  policyDocumentSchema,
} from "@kluis/domain";
import type { Prisma } from "../../generated/client.ts";
import { isUniqueViolation } from "../errors.ts";
import { newId } from "../ids.ts";
import { fromJson, toJson } from "../json.ts";
import type { Tx } from "../tx.ts";

/** A version of a policy: what jobs, points and reports remember. */
export interface PolicyVersionRow {
  readonly id: string;
  readonly policyId: string;
  readonly version: number;
  readonly document: PolicyDocument;
  readonly createdAt: Date;
  readonly createdBy: Actor;
}

export interface PolicyRow {
  readonly id: string;
  /** null: offered to every team. */
  readonly teamId: string | null;
  readonly name: string;
  readonly description: string;
  readonly createdAt: Date;
  readonly current: PolicyVersionRow;
}

export const policyVersionFields = {
  id: true,
  policyId: true,
  version: true,
  document: true,
  createdAt: true,
  createdBy: true,
} as const satisfies Prisma.PolicyVersionSelect;

const policyFields = {
  id: true,
  teamId: true,
  name: true,
  description: true,
  currentVersion: true,
  createdAt: true,
  versions: { select: policyVersionFields, orderBy: { version: "desc" }, take: 1 },
} as const satisfies Prisma.PolicySelect;

/** Reads a row selected by `policyVersionFields`. */
export function toPolicyVersion(
  row: Prisma.PolicyVersionGetPayload<{ select: typeof policyVersionFields }>,
): PolicyVersionRow {
  return {
    ...row,
    document: fromJson(policyDocumentSchema, row.document, "PolicyVersion.document"),
    createdBy: fromJson(actorSchema, row.createdBy, "PolicyVersion.createdBy"),
  };
}

function toPolicy(row: Prisma.PolicyGetPayload<{ select: typeof policyFields }>): PolicyRow {
  const { versions, currentVersion, ...policy } = row;
  const [newest] = versions;
  if (newest === undefined || newest.version !== currentVersion) {
    throw new KluisError("INTERNAL", { message: `Policy ${row.name} has no version ${currentVersion}.` });
  }
  return { ...policy, current: toPolicyVersion(newest) };
}

export interface NewPolicy {
  readonly name: string;
  readonly description: string;
  readonly teamId: string | null;
  readonly document: PolicyDocument;
  readonly actor: Actor;
}

/** Creates a policy with its first version. @throws KluisError CONFLICT when the name is taken */
export async function createPolicy(tx: Tx, policy: NewPolicy, clock: Clock): Promise<PolicyRow> {
  const now = clock.now();
  try {
    const row = await tx.policy.create({
      data: {
        id: newId(clock),
        name: policy.name,
        description: policy.description,
        teamId: policy.teamId,
        currentVersion: 1,
        createdAt: now,
        versions: {
          create: {
            id: newId(clock),
            version: 1,
            document: toJson(policy.document),
            createdAt: now,
            createdBy: toJson(policy.actor),
          },
        },
      },
      select: policyFields,
    });
    return toPolicy(row);
  } catch (error) {
    if (!isUniqueViolation(error, "Policy_name")) throw error;
    throw new KluisError("CONFLICT", {
      reason: "policy-name-taken",
      message: `There is already a policy called "${policy.name}".`,
      action: "Choose another name.",
      params: { policy: policy.name },
      cause: error,
    });
  }
}

export interface PolicyEdit {
  readonly id: string;
  /** The version that the editor saw. */
  readonly expectedVersion: number;
  readonly description?: string;
  readonly document: PolicyDocument;
  readonly actor: Actor;
}

/** Saves a new version. @throws KluisError POLICY_NOT_FOUND; CONFLICT when somebody else saved one in between */
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
    throw new KluisError("CONFLICT", {
      reason: "policy-changed",
      message: `Policy ${now.name} was changed by somebody else: it is at version ${now.currentVersion} now.`,
      action: "Load the policy again and repeat your change.",
      params: { policy: now.name, version: now.currentVersion },
    });
  }
  await tx.policyVersion.create({
    data: {
      id: newId(clock),
      policyId: edit.id,
      version,
      document: toJson(edit.document),
      createdAt: clock.now(),
      createdBy: toJson(edit.actor),
    },
  });
  return toPolicy(await tx.policy.findUniqueOrThrow({ where: { id: edit.id }, select: policyFields }));
}

export function policyNotFound(reference: string): KluisError {
  return new KluisError("POLICY_NOT_FOUND", {
    message: `There is no policy "${reference}".`,
    action: "Check the name, or list the policies that you may use.",
    params: { policy: reference },
  });
}

/** Which policies: those offered to all and those of these teams; `all` for the organisation's eyes. */
export type PolicySight = "all" | { readonly teamIds: readonly string[] };

function sightWhere(sight: PolicySight): Prisma.PolicyWhereInput {
  return sight === "all" ? {} : { OR: [{ teamId: null }, { teamId: { in: [...sight.teamIds] } }] };
}

export async function listPolicies(tx: Tx, sight: PolicySight): Promise<PolicyRow[]> {
  const rows = await tx.policy.findMany({
    where: { AND: [{ deletedAt: null }, sightWhere(sight)] },
    orderBy: { name: "asc" },
    select: policyFields,
  });
  return rows.map(toPolicy);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A policy by id or name. @throws KluisError POLICY_NOT_FOUND, also for one out of sight */
export async function requirePolicy(tx: Tx, reference: string, sight: PolicySight): Promise<PolicyRow> {
  const row = await tx.policy.findFirst({
    where: {
      AND: [
        { deletedAt: null },
        sightWhere(sight),
        uuid.test(reference) ? { id: reference.toLowerCase() } : { name: reference },
      ],
    },
    select: policyFields,
  });
  if (row === null) throw policyNotFound(reference);
  return toPolicy(row);
}

/** All versions, newest first. */
export async function listPolicyVersions(tx: Tx, policyId: string): Promise<PolicyVersionRow[]> {
  const rows = await tx.policyVersion.findMany({
    where: { policyId },
    orderBy: { version: "desc" },
    select: policyVersionFields,
  });
  return rows.map(toPolicyVersion);
}

export async function getPolicyVersion(tx: Tx, id: string): Promise<PolicyVersionRow | null> {
  const row = await tx.policyVersion.findUnique({ where: { id }, select: policyVersionFields });
  return row && toPolicyVersion(row);
}
