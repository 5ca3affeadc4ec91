/** The guardrails of the platform owner: everyone reads them, owners change them. */
import {
  addGuardrailVersion,
  applyRetentionFloor,
  countPolicyVms,
  findGuardrailVersion,
  type GuardrailViolations,
  listGuardrailVersions,
  listViolations,
  noteViolations,
  readGuardrails,
  type Tx,
  type Violating,
  wholeSight,
} from "@kluis/db";
import {
  can,
  canonicalJson,
  describeGuardrail,
  type Guardrails,
  guardrailValues,
  noGuardrails,
  type Ref,
  type RetentionFloor,
  retentionFloor,
  sameGuardrails,
} from "@kluis/domain";
import type { z } from "zod";
import { mustKeepTwoOwners } from "../configuration/owners.ts";
import { type SignedInContext, seen } from "../context.ts";
import { policySight } from "../policies/facts.ts";
import { record } from "../record.ts";
import { requireNow } from "../rights-now.ts";
import { changeViews, downloadRefusal, violationViews } from "./facts.ts";
import type { GuardrailHistoryInput, PreviewGuardrailsInput, UpdateGuardrailsInput } from "./inputs.ts";
import type {
  guardrailHistoryView,
  guardrailsPreview,
  guardrailsView,
  savedGuardrailsView,
  violationsView,
} from "./view.ts";

const organisation = { kind: "organisation" } as const;

function isOwner(ctx: SignedInContext): boolean {
  return can(ctx.who.access, "platform:manage", organisation);
}

export async function getGuardrails(ctx: SignedInContext): Promise<z.input<typeof guardrailsView>> {
  const current = await findGuardrailVersion(ctx.api.db.prisma);
  const document = current?.document ?? noGuardrails;
  return {
    version: current?.version ?? 0,
    document,
    sentences: [...guardrailValues(document)].map(([field, value]) => describeGuardrail(field, value)),
    changedAt: current?.createdAt ?? null,
    changedBy: current?.createdBy ?? null,
    download: downloadRefusal(ctx, document),
    can: { edit: isOwner(ctx) },
  };
}

type Violations = z.input<typeof violationsView>;

/** Rows of each kind in an answer; the totals count all. */
const MOST_LISTED = 200;

/** What the user sees and does not keep the guardrails. Vaults only for owners. */
export async function getViolations(ctx: SignedInContext): Promise<Violations> {
  const { prisma } = ctx.api.db;
  const visibility = seen(ctx);
  const found = await listViolations(prisma, await readGuardrails(prisma), {
    policies: policySight(ctx),
    teamIds: visibility.all ? undefined : visibility.teamIds,
    vaults: isOwner(ctx),
  });
  return violationsOf(ctx, found);
}

async function violationsOf(
  ctx: SignedInContext,
  { policies, vaults, teams }: GuardrailViolations,
): Promise<Violations> {
  const counts =
    policies.length === 0 ? new Map<string, number>() : await countPolicyVms(ctx.api.db.prisma, seen(ctx));
  return {
    policies: policies.slice(0, MOST_LISTED).map((one) => ({
      ...refOf(one),
      team: one.of.team,
      vms: counts.get(one.of.id) ?? 0,
    })),
    vaults: vaults.slice(0, MOST_LISTED).map(refOf),
    teams: teams.slice(0, MOST_LISTED).map(refOf),
    totals: { policies: policies.length, vaults: vaults.length, teams: teams.length },
  };
}

function refOf({ of: { id, name }, violations }: Violating<Ref>): Violations["vaults"][number] {
  return { id, name, violations: violationViews(violations) };
}

/** What a document changes, and what would not keep it. Saves nothing. */
export async function previewGuardrails(
  ctx: SignedInContext,
  { document }: PreviewGuardrailsInput,
): Promise<z.input<typeof guardrailsPreview>> {
  const { prisma } = ctx.api.db;
  const before = await readGuardrails(prisma);
  const released = await releasedBy(prisma, {
    before: retentionFloor(before),
    after: retentionFloor(document),
  });
  return {
    changes: changeViews(before, document),
    violations: await violationsOf(ctx, await listViolations(prisma, document, wholeSight)),
    released: released.slice(0, MOST_LISTED),
  };
}

/** The policies whose points the guardrails of now keep longer than the policy does, and than the next ones would. */
async function releasedBy(
  tx: Tx,
  { before, after }: { readonly before: RetentionFloor; readonly after: RetentionFloor },
): Promise<Ref[]> {
  const lowered: Guardrails = {
    ...(after.shortestDays < before.shortestDays && { retention: { shortestDays: before.shortestDays } }),
    ...(after.softDeleteDays < before.softDeleteDays && { softDelete: { leastDays: before.softDeleteDays } }),
  };
  if (sameGuardrails(lowered, noGuardrails)) return [];
  const { policies } = await listViolations(tx, lowered, { ...wholeSight, vaults: false });
  return policies.map(({ of: { id, name } }) => ({ id, name }));
}

/**
 * Saves a new version. It binds from this moment on: a change at the same time sees it, or is seen by it.
 * @throws KluisError FORBIDDEN; CONFLICT when another user saved meanwhile, or it enforces a second person and there is none
 */
export async function updateGuardrails(
  ctx: SignedInContext,
  { expectedVersion, document }: UpdateGuardrailsInput,
): Promise<z.input<typeof savedGuardrailsView>> {
  return record(ctx, async (tx) => {
    await requireNow(ctx, tx, { permission: "platform:manage", target: organisation });
    const edit = { expectedVersion, document, actor: ctx.who.actor };
    const { version, before } = await addGuardrailVersion(tx, edit, ctx.api.clock);
    const floor = retentionFloor(document);
    if (canonicalJson(floor) !== canonicalJson(retentionFloor(before))) await applyRetentionFloor(tx, floor);
    if (before.approvals?.configuration !== "enforced") await mustKeepTwoOwners(tx);
    await noteViolations(tx);
    const changes = changeViews(before, document);
    return {
      result: { version, changes },
      events: [
        {
          kind: "guardrails.changed",
          actor: ctx.who.actor,
          target: { type: "guardrails", id: "guardrails", name: `version ${version}` },
          data: { version, before, after: document, changes: changes.map(({ text }) => text) },
        },
      ],
    };
  });
}

export async function listHistory(
  ctx: SignedInContext,
  { page, pageSize }: GuardrailHistoryInput,
): Promise<z.input<typeof guardrailHistoryView>> {
  const { rows, total } = await listGuardrailVersions(ctx.api.db.prisma, { page, pageSize });
  return {
    rows: rows.map(({ now, before }) => ({ ...now, changes: changeViews(before, now.document) })),
    total,
    hasMore: false,
    page,
    pageSize,
  };
}
