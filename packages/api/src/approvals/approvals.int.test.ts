/** A second person decides: requests, deciders, and that it is done once or not at all. */
import { inTransaction, type Tx } from "@kluis/db";
import { approvalLimits, type Permission } from "@kluis/domain";
import { expect, test } from "vitest";
import { approveAs, codeOf, errorOf, freshWorld } from "../../test/world.ts";
import { createContext } from "../identity/identity.ts";
import { createCaller } from "../root.ts";

const api = freshWorld();
const reason = "the customer has left";

async function addPoint(byte = 3, vm = api.world.commerceVm): Promise<string> {
  return api.world.addPoint(vm, new Uint8Array(65536).fill(byte));
}

async function stateOf(point: string): Promise<string> {
  return (await api.owner.points.get({ point })).state;
}

async function tokenOf(person: "commerceAdmin" | "secondAdmin", permissions: readonly Permission[]) {
  const { secret, token } = await (await api.as(person)).tokens.create({
    name: "script",
    permissions: [...permissions],
  });
  const caller = createCaller(await createContext(api.world.api, { bearerToken: secret }));
  return { caller, id: token.id };
}

/** Takes every role of a group away. */
async function dismiss(group: string): Promise<void> {
  await api.world.api.db.prisma.roleAssignment.deleteMany({ where: { groupId: group } });
}

async function approvalEvents(): Promise<Record<string, unknown>[]> {
  const { rows } = await api.owner.audit.list({
    kind: [
      "approval.requested",
      "approval.approved",
      "approval.cancelled",
      "approval.failed",
      "approval.rejected",
      "approval.withdrawn",
      "approval.expired",
      "point.soft-deleted",
    ],
  });
  return rows.toReversed().map(({ kind, actor, data }) => ({ kind, actor: actor.name, data }));
}

test("a deletion waits for another person, and both are in the ledger", async () => {
  const [one, two] = [await addPoint(1), await addPoint(2)];
  const { requested } = await api.admin.points.delete({
    points: [one, two, one],
    reason,
    ticket: "CHG-4711",
  });
  expect(requested).toMatchObject({ existed: false, deciders: { count: 1, hasMore: false } });
  expect([await stateOf(one), await stateOf(two)]).toEqual(["available", "available"]);
  const second = await api.as("secondAdmin");
  expect(await second.approvals.summary()).toMatchObject({ toDecide: 1, own: 0 });
  expect(await api.admin.approvals.summary()).toMatchObject({ toDecide: 0, soonest: null, own: 1, ended: 0 });
  const seen = await second.approvals.get({ approval: requested.id });
  expect(seen).toMatchObject({
    kind: "points.delete",
    state: "pending",
    reason,
    ticket: "CHG-4711",
    requester: { name: "commerceAdmin" },
    vms: [{ name: "shop-01" }],
    vmCount: 1,
    own: false,
    can: { decide: true, withdraw: false },
    refusal: null,
    now: { effect: { points: 2, vms: 1, lastGood: 1, undoDays: 14 }, cancels: null },
  });
  expect(seen.points.map(({ id }) => id).toSorted()).toEqual([one, two].toSorted());
  expect(await approveAs(second, { requested })).toMatchObject({
    state: "executed",
    decider: { name: "secondAdmin" },
    now: null,
  });
  expect([await stateOf(one), await stateOf(two)]).toEqual(["soft-deleted", "soft-deleted"]);
  const approval = { id: requested.id, approvedBy: { name: "secondAdmin" } };
  expect(await approvalEvents()).toMatchObject([
    { kind: "approval.requested", actor: "commerceAdmin" },
    { kind: "approval.approved", actor: "secondAdmin", data: { requestedBy: { name: "commerceAdmin" } } },
    { kind: "point.soft-deleted", actor: "commerceAdmin", data: { reason, approval } },
    { kind: "point.soft-deleted", actor: "commerceAdmin", data: { reason, approval } },
  ]);
  // The answer of the decision was lost: the same again changes nothing.
  const again = { approval: requested.id, seen: seen.now?.seen ?? "" };
  expect(await second.approvals.approve(again)).toMatchObject({ state: "executed" });
  expect(await codeOf(api.owner.approvals.approve(again))).toBe("CONFLICT");
  expect(await approvalEvents()).toHaveLength(4);
});

test("the same request again is the one that waits, by any user", async () => {
  const point = await addPoint();
  const first = await api.admin.points.delete({ points: [point], reason });
  const [same, other] = await Promise.all([
    api.admin.points.delete({ points: [point], reason: "another reason" }),
    (await api.as("secondAdmin")).points.delete({ points: [point], reason }),
  ]);
  expect([same.requested, other.requested]).toMatchObject([
    { id: first.requested.id, existed: true },
    { id: first.requested.id, existed: true },
  ]);
  expect((await api.admin.approvals.list()).total).toBe(1);
});

test("two users who request the same at once make one request", async () => {
  const point = await addPoint();
  const second = await api.as("secondAdmin");
  const answers = await Promise.all(
    [api.admin, second, api.owner, api.admin, second].map((who) =>
      who.points.delete({ points: [point], reason }),
    ),
  );
  expect(new Set(answers.map(({ requested }) => requested.id)).size).toBe(1);
  expect(answers.filter(({ requested }) => !requested.existed)).toHaveLength(1);
});

test("the requester never decides, by another session, a token, or as an owner", async () => {
  const point = await addPoint();
  const asked = await api.owner.points.delete({ points: [point], reason });
  const again = await api.as("owner");
  expect(await errorOf(approveAs(again, asked))).toMatchObject({
    cause: { code: "FORBIDDEN", reason: "approval-same-person" },
  });
  expect(await codeOf(again.approvals.reject({ approval: asked.requested.id, comment: reason }))).toBe(
    "FORBIDDEN",
  );
  expect(await again.approvals.get({ approval: asked.requested.id })).toMatchObject({
    refusal: "same-person",
    can: { decide: false, withdraw: true },
  });
  expect((await again.approvals.list({ of: "to-decide" })).rows).toEqual([]);
  expect(await stateOf(point)).toBe("available");
});

test("a token requests and rejects, and never approves", async () => {
  const point = await addPoint();
  const script = await tokenOf("commerceAdmin", ["inventory:read", "point:delete", "approval:decide"]);
  const asked = await script.caller.points.delete({ points: [point], reason });
  const decider = await tokenOf("secondAdmin", ["inventory:read", "approval:decide"]);
  expect(await errorOf(approveAs(decider.caller, asked))).toMatchObject({
    cause: { code: "FORBIDDEN", reason: "approval-token" },
  });
  expect(await decider.caller.approvals.summary()).toMatchObject({ toDecide: 0 });
  const rejected = await api.admin.points.delete({ points: [await addPoint(4)], reason });
  expect(
    await decider.caller.approvals.reject({ approval: rejected.requested.id, comment: reason }),
  ).toMatchObject({ state: "rejected" });
  const second = await api.as("secondAdmin");
  // A token that was revoked since takes its requests with it.
  await api.admin.tokens.revoke({ id: script.id });
  expect(await approveAs(second, asked)).toMatchObject({ state: "cancelled", endReason: "token" });
  expect(await stateOf(point)).toBe("available");
});

test("an account that is linked to the requester decides nothing, and a disabled requester gets nothing", async () => {
  const points = [await addPoint(1), await addPoint(2)];
  const asked = await api.admin.points.delete({ points: points.slice(0, 1), reason });
  const { prisma } = api.world.api.db;
  const second = await api.as("secondAdmin");
  const linked = { name: { in: ["commerceAdmin", "secondAdmin"] } };
  await prisma.person.updateMany({ where: linked, data: { humanId: asked.requested.id } });
  expect(await errorOf(approveAs(second, asked))).toMatchObject({
    cause: { reason: "approval-same-person" },
  });
  expect(await second.approvals.summary()).toMatchObject({ toDecide: 0 });
  expect((await api.admin.approvals.get({ approval: asked.requested.id })).deciders?.count).toBe(1);
  await prisma.person.updateMany({ where: linked, data: { humanId: null } });
  await prisma.person.updateMany({
    where: { name: "commerceAdmin" },
    data: { disabledAt: new Date(), disabledBy: "kluis" },
  });
  expect(await approveAs(second, asked)).toMatchObject({ state: "cancelled", endReason: "requester" });
  for (const point of points) expect(await stateOf(point)).toBe("available");
});

test("a token without the permission requests nothing, and a request with one is done with its rights", async () => {
  const point = await addPoint();
  const reader = await tokenOf("commerceAdmin", ["inventory:read"]);
  expect(await codeOf(reader.caller.points.delete({ points: [point], reason }))).toBe("FORBIDDEN");
  const script = await tokenOf("commerceAdmin", ["inventory:read", "point:delete"]);
  const asked = await script.caller.points.delete({ points: [point], reason });
  expect(await approveAs(await api.as("secondAdmin"), asked)).toMatchObject({ state: "executed" });
});

test("a decider needs the right on every VM: another team cannot see the request, an owner can decide", async () => {
  const [ours, theirs] = [await addPoint(1), await addPoint(2, api.world.platformVm)];
  const asked = await api.owner.points.delete({ points: [ours, theirs], reason });
  const approval = asked.requested.id;
  // Sees one of two VMs: no counts of the others, and no decision.
  const seen = await api.admin.approvals.get({ approval });
  expect(seen).toMatchObject({ vmCount: 1, effect: null, refusal: "permission", can: { decide: false } });
  expect(JSON.stringify(seen)).not.toContain("ops-01");
  expect(seen.points.map(({ id }) => id)).toEqual([ours]);
  expect(await codeOf(approveAs(api.admin, asked))).toBe("FORBIDDEN");
  const onlyTheirs = await api.owner.points.delete({ points: [theirs], reason });
  expect(await codeOf(api.admin.approvals.get({ approval: onlyTheirs.requested.id }))).toBe("NOT_FOUND");
  expect((await api.admin.approvals.list()).rows.map(({ id }) => id)).toEqual([approval]);
  expect(await codeOf(api.admin.approvals.list({ vm: "ops-01" }))).toBe("VM_NOT_FOUND");
  expect(await approveAs(await api.as("secondOwner"), asked)).toMatchObject({ state: "executed" });
});

test("rights are those of now, of both users", async () => {
  const point = await addPoint();
  const asked = await api.admin.points.delete({ points: [point], reason });
  const late = await api.as("secondAdmin");
  const { now } = await late.approvals.get({ approval: asked.requested.id });
  await dismiss("group-commerce-admins");
  // The caller has the rights of its request: those of the transaction decide.
  expect(await codeOf(late.approvals.approve({ approval: asked.requested.id, seen: now?.seen ?? "" }))).toBe(
    "FORBIDDEN",
  );
  const owner = await api.as("owner");
  expect(await owner.approvals.get({ approval: asked.requested.id })).toMatchObject({
    now: { cancels: "right" },
  });
  expect(await approveAs(owner, asked)).toMatchObject({ state: "cancelled", endReason: "right" });
  expect(await stateOf(point)).toBe("available");
});

test("what changed since cancels it: a pin, a removal, another time to undo", async () => {
  const [pinned, gone, undo] = [await addPoint(1), await addPoint(2), await addPoint(3)];
  const second = await api.as("secondAdmin");
  const ask = (point: string) => api.admin.points.delete({ points: [point], reason });
  const asked = [await ask(pinned), await ask(gone), await ask(undo)];
  await api.admin.points.pin({ point: pinned, reason });
  await api.world.api.db.prisma.recoveryPoint.update({ where: { id: gone }, data: { state: "damaged" } });
  const { rows } = { rows: await api.owner.policies.list() };
  const document = rows[0]?.document;
  if (document === undefined) throw new Error("There is a policy.");
  const ends: unknown[] = [];
  for (const one of asked.slice(0, 2)) ends.push((await approveAs(second, one)).endReason);
  await api.admin.policies.create({ name: "short", document: { ...document, softDeleteDays: 1 } });
  await api.world.api.db.prisma.$executeRaw`
    INSERT INTO "Protection" (id, "vmId", "policyId", "excludedDisks", "scheduledThrough")
    SELECT gen_random_uuid(), ${api.world.commerceVm}::uuid, id, '{}', kluis_now() FROM "Policy" WHERE name = 'short'`;
  ends.push((await approveAs(second, asked[2] ?? { requested: null })).endReason);
  expect(ends).toEqual(["points", "points", "undo"]);
  // It can be requested again, and is done now.
  const again = await ask(undo);
  expect(again.requested.existed).toBe(false);
  expect(await approveAs(second, again)).toMatchObject({ state: "executed", effect: { undoDays: 1 } });
});

test("a request that cannot be approved any more is replaced when the same is requested", async () => {
  const point = await addPoint();
  const first = await api.admin.points.delete({ points: [point], reason });
  await api.world.api.db.prisma.recoveryPoint.update({ where: { id: point }, data: { state: "damaged" } });
  const second = await api.admin.points.delete({ points: [point], reason });
  expect(second.requested).toMatchObject({ existed: false });
  expect(await api.admin.approvals.get({ approval: first.requested.id })).toMatchObject({
    state: "cancelled",
    endReason: "points",
  });
});

test("a decider decides about what they saw", async () => {
  const point = await addPoint(1);
  const other = await addPoint(2);
  const asked = await api.admin.points.delete({ points: [point], reason });
  const second = await api.as("secondAdmin");
  const approval = asked.requested.id;
  const before = await second.approvals.get({ approval });
  expect(before.now?.effect).toMatchObject({ lastGood: 0 });
  await api.world.api.db.prisma.recoveryPoint.update({ where: { id: other }, data: { state: "damaged" } });
  expect(await errorOf(second.approvals.approve({ approval, seen: before.now?.seen ?? "" }))).toMatchObject({
    cause: { code: "CONFLICT", reason: "approval-changed" },
  });
  expect(await stateOf(point)).toBe("available");
  expect(await approveAs(second, asked)).toMatchObject({ state: "executed", effect: { lastGood: 1 } });
});

test("two deciders at once: one decides, and it is done once", async () => {
  const point = await addPoint();
  const asked = await api.admin.points.delete({ points: [point], reason });
  const approval = asked.requested.id;
  const deciders = [await api.as("secondAdmin"), api.owner, await api.as("secondOwner")];
  const { now } = await api.owner.approvals.get({ approval });
  const codes = await Promise.all(
    deciders.map((one) => codeOf(one.approvals.approve({ approval, seen: now?.seen ?? "" }))),
  );
  expect(codes.toSorted()).toEqual(["CONFLICT", "CONFLICT", "none"]);
  const kinds = (await approvalEvents()).map(({ kind }) => kind);
  expect(kinds).toEqual(["approval.requested", "approval.approved", "point.soft-deleted"]);
});

test("one approves while another rejects, and the requester withdraws: one of them wins", async () => {
  const point = await addPoint();
  const asked = await api.admin.points.delete({ points: [point], reason });
  const approval = asked.requested.id;
  const { now } = await api.owner.approvals.get({ approval });
  const codes = await Promise.all([
    codeOf(api.owner.approvals.approve({ approval, seen: now?.seen ?? "" })),
    codeOf((await api.as("secondAdmin")).approvals.reject({ approval, comment: "not now" })),
    codeOf(api.admin.approvals.withdraw({ approval })),
  ]);
  expect(codes.filter((code) => code === "none")).toHaveLength(1);
  const { state } = await api.owner.approvals.get({ approval });
  expect(await stateOf(point)).toBe(state === "executed" ? "soft-deleted" : "available");
});

test("a decision whose transaction is killed changes nothing, and the next one does it", async () => {
  const point = await addPoint();
  const asked = await api.admin.points.delete({ points: [point], reason });
  const approval = asked.requested.id;
  const { db } = api.world.api;
  const second = await api.as("secondAdmin");
  const { now } = await second.approvals.get({ approval });
  // The last thing of the transaction is the ledger: while it is locked, the change is made and not committed.
  const held = await inTransaction(db, async (tx: Tx) => {
    await tx.$executeRaw`LOCK TABLE "LedgerEvent" IN EXCLUSIVE MODE`;
    const deciding = codeOf(second.approvals.approve({ approval, seen: now?.seen ?? "" }));
    await expect
      .poll(async () => {
        const rows = await db.pool.query<{ pid: number }>(
          `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%LedgerEvent%' AND pid <> pg_backend_pid()`,
        );
        for (const { pid } of rows.rows) await db.pool.query("SELECT pg_terminate_backend($1)", [pid]);
        return rows.rows.length;
      })
      .toBeGreaterThan(0);
    return await deciding;
  });
  expect(held).not.toBe("none");
  expect(await stateOf(point)).toBe("available");
  expect(await second.approvals.get({ approval })).toMatchObject({ state: "pending" });
  expect(await approveAs(second, asked)).toMatchObject({ state: "executed" });
  expect((await approvalEvents()).map(({ kind }) => kind)).toEqual([
    "approval.requested",
    "approval.approved",
    "point.soft-deleted",
  ]);
});

test("rejected, withdrawn and expired requests cannot be approved", async () => {
  const points = [await addPoint(1), await addPoint(2), await addPoint(3)];
  const second = await api.as("secondAdmin");
  const asked = [];
  for (const point of points)
    asked.push((await api.admin.points.delete({ points: [point], reason })).requested);
  const [first, middle, last] = asked.map(({ id }) => id);
  const { now } = await second.approvals.get({ approval: first ?? "" });
  const reject = { approval: first ?? "", comment: "keep them until the audit" };
  expect(await second.approvals.reject(reject)).toMatchObject({ state: "rejected", comment: reject.comment });
  expect(await second.approvals.reject(reject)).toMatchObject({ state: "rejected" });
  expect(await codeOf(second.approvals.withdraw({ approval: middle ?? "" }))).toBe("NOT_FOUND");
  expect(await api.admin.approvals.withdraw({ approval: middle ?? "" })).toMatchObject({
    state: "withdrawn",
  });
  expect(await api.admin.approvals.withdraw({ approval: middle ?? "" })).toMatchObject({
    state: "withdrawn",
  });
  await api.world.api.db.prisma.approvalRequest.update({
    where: { id: last ?? "" },
    data: { expiresAt: new Date(Date.now() - 1000) },
  });
  expect(await second.approvals.get({ approval: last ?? "" })).toMatchObject({ state: "expired", now: null });
  for (const approval of asked.map(({ id }) => id))
    expect(await codeOf(second.approvals.approve({ approval, seen: now?.seen ?? "" }))).toBe("CONFLICT");
  expect(await second.approvals.summary()).toMatchObject({ toDecide: 0 });
  for (const point of points) expect(await stateOf(point)).toBe("available");
  const states = async (...state: ("expired" | "pending" | "rejected")[]) =>
    (await second.approvals.list({ state })).rows.map(({ id }) => id);
  expect([await states("expired"), await states("pending"), await states("rejected")]).toEqual([
    [last],
    [],
    [first],
  ]);
  // The same can be requested again.
  const again = await api.admin.points.delete({ points: points.slice(2), reason });
  expect(again.requested.existed).toBe(false);
  const expired = (await approvalEvents()).filter(({ kind }) => kind === "approval.expired");
  expect(expired).toHaveLength(1);
});

test("no other user can decide what a single owner requests", async () => {
  const point = await addPoint(3, api.world.platformVm);
  expect((await api.owner.points.delete({ points: [point], reason })).requested.deciders).toEqual({
    count: 0,
    hasMore: false,
  });
  await api.as("secondOwner");
  const { deciders } = await api.owner.approvals.get({
    approval: (await api.owner.approvals.list()).rows[0]?.id ?? "",
  });
  expect(deciders?.count).toBe(1);
});

test("requests of a person are limited, and their texts", async () => {
  const { prisma } = api.world.api.db;
  const point = await addPoint();
  const me = (await api.admin.me.get()).person.id;
  const { requested } = await api.admin.points.delete({ points: [await addPoint(9)], reason });
  const row = await prisma.approvalRequest.findUniqueOrThrow({ where: { id: requested.id } });
  for (let index = 1; index < approvalLimits.openMost; index++) {
    const id = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
    const {
      input,
      requester,
      target,
      circumstances,
      effect,
      decider: _,
      error: __,
      changes: ___,
      ...facts
    } = row;
    const json = { input: input ?? {}, requester: requester ?? {}, target: target ?? {} };
    const more = { circumstances: circumstances ?? {}, effect: effect ?? {} };
    await prisma.approvalRequest.create({ data: { ...facts, ...json, ...more, id, digest: id } });
  }
  expect(await prisma.approvalRequest.count({ where: { requesterId: me } })).toBe(approvalLimits.openMost);
  expect(await errorOf(api.admin.points.delete({ points: [point], reason }))).toMatchObject({
    cause: { code: "CONFLICT", reason: "approvals-open" },
  });
  await api.admin.approvals.withdraw({ approval: requested.id });
  await api.admin.points.delete({ points: [point], reason });
  const long = { points: [point], reason: "x".repeat(501) };
  expect(await codeOf(api.admin.points.delete(long))).toBe("INPUT_INVALID");
  expect(await codeOf(api.admin.points.delete({ points: [point], reason, ticket: "x".repeat(101) }))).toBe(
    "INPUT_INVALID",
  );
});

test("a request of another version fails, and says so", async () => {
  const point = await addPoint();
  const asked = await api.admin.points.delete({ points: [point], reason });
  await api.world.api.db.prisma.approvalRequest.update({
    where: { id: asked.requested.id },
    data: { input: { everything: true } },
  });
  const second = await api.as("secondAdmin");
  expect(await approveAs(second, asked)).toMatchObject({
    state: "failed",
    error: { code: "INPUT_INVALID" },
    decider: { name: "secondAdmin" },
  });
  expect(await stateOf(point)).toBe("available");
});

test("the database itself refuses one person for both", async () => {
  const point = await addPoint();
  const { requested } = await api.admin.points.delete({ points: [point], reason });
  const { requesterId } = await api.world.api.db.prisma.approvalRequest.findUniqueOrThrow({
    where: { id: requested.id },
  });
  await expect(
    api.world.api.db.prisma.approvalRequest.update({
      where: { id: requested.id },
      data: { state: "executed", endedAt: new Date(), deciderId: requesterId, decider: {} },
    }),
  ).rejects.toThrow("ApprovalRequest_second_person");
});

test("a deletion of many points is one request: decided by who may decide about all, and done for all or none", async () => {
  const commerce = [await addPoint(1), await addPoint(2), await addPoint(3)];
  const platform = await addPoint(4, api.world.platformVm);
  const points = [...commerce, platform];
  const asked = await api.owner.points.delete({ points, reason });
  expect(asked.requested.deciders.count).toBe(0);
  const second = await api.as("secondOwner");
  expect(await codeOf(approveAs(await api.as("secondAdmin"), asked))).toBe("FORBIDDEN");
  const part = await api.owner.points.delete({ points: commerce.slice(1), reason });
  expect(part.requested.id).not.toBe(asked.requested.id);
  expect(await approveAs(second, part)).toMatchObject({ state: "executed", effect: { points: 2, vms: 1 } });
  expect(await approveAs(second, asked)).toMatchObject({ state: "cancelled", endReason: "points" });
  expect(await Promise.all(points.map(stateOf))).toEqual([
    "available",
    "soft-deleted",
    "soft-deleted",
    "available",
  ]);
});
