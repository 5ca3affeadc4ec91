/** Changes of configuration while a guardrail enforces a second person. */
import { generateKeyPairSync } from "node:crypto";
import type { ChangeKind } from "@kluis/domain";
import { changeKinds, permittedChangeKinds } from "@kluis/domain";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { approveAs, codeOf, errorOf, freshWorld } from "../../test/world.ts";
import { createContext } from "../identity/identity.ts";
import { answersOfMutations, createCaller } from "../root.ts";

const api = freshWorld();
const reason = "the storage moves";
const key = "c2VjcmV0LWtleS1vZi1hLXRlc3Q=";
const connectionString = (account: string): string =>
  `DefaultEndpointsProtocol=https;AccountName=${account};AccountKey=${key};EndpointSuffix=core.windows.net`;
const id = "00000000-0000-4000-8000-000000000042";
const publicKey = Buffer.from(
  generateKeyPairSync("x25519").publicKey.export({ format: "jwk" }).x ?? "",
  "base64url",
).toString("base64");
const enforced = { approvals: { configuration: "enforced" } } as const;

/** The second owner signs in, and the guardrail is switched on. */
async function enforce(): Promise<Awaited<ReturnType<typeof api.as>>> {
  const second = await api.as("secondOwner");
  await api.owner.guardrails.update({ expectedVersion: 0, document: enforced });
  return second;
}

/** An input of each change that passes its schema. */
const inputs: Readonly<Record<ChangeKind, Readonly<Record<string, unknown>>>> = {
  "vaults.add": { name: "new", place: { kind: "folder", folder: "new" } },
  "vaults.update": { vault: "main", name: "other" },
  "vaults.configure": { vault: "main", bandwidth: 100 },
  "vaults.setCopy": { vault: "main", copy: null },
  "vaults.rotate": { vault: "main", connectionString: connectionString("account") },
  "vaults.adopt": { vault: "main" },
  "vaults.enable": { vault: "main" },
  "vaults.disable": { vault: "main" },
  "vaults.makeDefault": { vault: "main" },
  "vaults.remove": { vault: "main" },
  "vaultKeys.addRecovery": { vault: "main", label: "safe" },
  "vaultKeys.addShares": { vault: "main", label: "safe", threshold: 2, count: 3 },
  "vaultKeys.addFile": { vault: "main", label: "other", publicKey },
  "vaultKeys.addKeyVault": {
    vault: "main",
    label: "Azure",
    address: "https://none.vault.azure.net/keys/kluis",
  },
  "vaultKeys.remove": { vault: "main", key: "0123456789abcdef" },
  "vaultKeys.rotate": { vault: "main" },
  "connections.add": { name: "new", tenantId: id, credential: { kind: "secret", clientId: id, secret: key } },
  "connections.update": { connection: "main", name: "other" },
  "connections.rotate": { connection: "main", credential: { kind: "secret", clientId: id, secret: key } },
  "connections.enable": { connection: "main" },
  "connections.disable": { connection: "main" },
  "connections.remove": { connection: "main" },
  "guardrails.update": { expectedVersion: 1, document: {} },
  "roles.create": { name: "night shift", team: null, permissions: ["backup:run"] },
  "roles.update": { role: "night shift", name: "other" },
  "roles.remove": { role: "night shift" },
  "teams.create": { name: "New" },
  "teams.rename": { team: "platform", name: "Other" },
  "teams.remove": { team: "platform" },
  "teams.addScope": { team: "platform", scope: { kind: "subscription", subscriptionId: id } },
  "teams.removeScope": { team: "platform", scope: id },
  "teams.addMember": { team: "platform", role: "reader", holder: { kind: "group", groupId: "g" } },
  "teams.removeMember": { member: id },
  "people.enable": { person: "commerceAdmin@contoso.example" },
  "people.link": { person: "commerceAdmin@contoso.example", other: "owner@contoso.example" },
  "people.unlink": { person: "commerceAdmin@contoso.example" },
};

const calls = z.custom<(input: unknown) => Promise<unknown>>((value) => typeof value === "function");

async function call(caller: object, path: string): Promise<unknown> {
  const [noun = "", verb = ""] = path.split(".");
  const procedures = z.custom<object>((value) => value !== null).parse(Reflect.get(caller, noun));
  return calls.parse(Reflect.get(procedures, verb))(inputs[z.enum(changeKinds).parse(path)]);
}

async function ledgerHead(): Promise<number> {
  return api.world.api.db.prisma.ledgerEvent.count();
}

test("every procedure that changes the configuration is a kind, and no other one", () => {
  const configuration = Object.entries(answersOfMutations)
    .filter(([, answer]) => answer === "configuration")
    .map(([path]) => path);
  expect(configuration.toSorted()).toEqual([...changeKinds].toSorted());
});

describe("while a second person is enforced", () => {
  test("no change is made alone, by session or token, and nothing of it is stored", async () => {
    await enforce();
    const { secret } = await api.owner.tokens.create({
      name: "script",
      permissions: ["platform:manage", "team:manage"],
    });
    const byToken = createCaller(await createContext(api.world.api, { bearerToken: secret }));
    const before = await ledgerHead();
    for (const kind of changeKinds) {
      for (const caller of [api.owner, byToken]) {
        const error = await errorOf(call(caller, kind));
        expect(error).toMatchObject({
          cause: { code: "CONFLICT", reason: "second-person", params: { change: kind } },
        });
      }
    }
    expect(await ledgerHead()).toBe(before);
    expect((await api.owner.approvals.list()).total).toBe(0);
  });

  test("another owner approves a change, which is made in that moment and once", async () => {
    const second = await enforce();
    const change = { change: "vaults.configure", input: { vault: "main", bandwidth: 100 }, reason } as const;
    const asked = await api.owner.approvals.request({ ...change, ticket: "CHG-7", expiresInHours: 5 });
    expect(asked.requested).toMatchObject({ existed: false, deciders: { count: 1 } });
    expect((await second.approvals.request(change)).requested).toMatchObject({
      id: asked.requested.id,
      existed: true,
    });
    expect(await errorOf(approveAs(api.owner, asked))).toMatchObject({
      cause: { reason: "approval-same-person" },
    });
    const view = await second.approvals.get({ approval: asked.requested.id });
    expect(view).toMatchObject({
      kind: "vaults.configure",
      ticket: "CHG-7",
      target: { type: "vault", name: "main" },
      effect: null,
      now: { cancels: null },
      changes: [{ kind: "vault.changed", data: { bandwidth: 100, was: { bandwidth: null } } }],
    });
    const decision = { approval: view.id, seen: view.now?.seen ?? "" };
    const answers = await Promise.all([
      second.approvals.approve(decision),
      second.approvals.approve(decision),
    ]);
    for (const answer of answers) expect(answer).toMatchObject({ state: "executed", permitUntil: null });
    expect(await api.owner.vaults.get({ vault: "main" })).toMatchObject({ bandwidth: 100 });
    const { rows } = await api.owner.audit.list({ kind: ["vault.changed"] });
    expect(rows).toMatchObject([
      { actor: { name: "owner" }, data: { approval: { approvedBy: { name: "secondOwner" } } } },
    ]);
    expect(await errorOf(api.owner.approvals.request(change))).toMatchObject({
      cause: { reason: "changes-nothing" },
    });
  });

  test("lowering the guardrail needs the second person too, and a change meanwhile cancels what it was about", async () => {
    const second = await enforce();
    const lower = {
      change: "guardrails.update",
      input: { expectedVersion: 1, document: {} },
      reason,
    } as const;
    const [off, rename] = [
      await api.owner.approvals.request(lower),
      await api.owner.approvals.request({
        change: "teams.rename",
        input: { team: "platform", name: "Base" },
        reason,
      }),
    ];
    const other = { change: "teams.rename", input: { team: "platform", name: "Ground" }, reason } as const;
    const ground = await second.approvals.request(other);
    expect(await approveAs(api.owner, ground)).toMatchObject({ state: "executed" });
    expect(await approveAs(second, rename)).toMatchObject({ state: "cancelled", endReason: "configuration" });
    expect(await approveAs(second, off)).toMatchObject({ state: "executed" });
    expect(await api.owner.guardrails.get()).toMatchObject({ version: 2, document: {} });
    await api.owner.teams.rename({ team: "platform", name: "Platform" });
    expect(await errorOf(api.owner.approvals.request(other))).toMatchObject({
      cause: { reason: "second-person-unneeded" },
    });
  });

  test("a team's administrator gives no role alone, and another one of the team decides", async () => {
    await enforce();
    const secondAdmin = await api.as("secondAdmin");
    const holder = { kind: "group", groupId: "puppets" };
    const give = { team: "commerce", role: "backup-admin", holder };
    const asked = await api.admin.approvals.request({ change: "teams.addMember", input: give, reason });
    expect(await errorOf(approveAs(api.admin, asked))).toMatchObject({
      cause: { reason: "approval-same-person" },
    });
    expect(
      await codeOf((await api.as("platformReader")).approvals.get({ approval: asked.requested.id })),
    ).toBe("NOT_FOUND");
    expect(await secondAdmin.approvals.summary()).toMatchObject({ toDecide: 1 });
    expect(await approveAs(secondAdmin, asked)).toMatchObject({ state: "executed" });
    const forbidden = {
      change: "vaults.configure",
      input: { vault: "main", bandwidth: 100 },
      reason,
    } as const;
    expect(await codeOf(api.admin.approvals.request(forbidden))).toBe("FORBIDDEN");
    const organization = { ...give, team: null, role: "owner" };
    expect(
      await codeOf(api.admin.approvals.request({ change: "teams.addMember", input: organization, reason })),
    ).toBe("FORBIDDEN");
  });
});

describe("a change with a secret, or by an engine", () => {
  const account = { change: "connections.add", input: inputs["connections.add"], reason } as const;

  test("is permitted once, to its requester, as it was approved; its secret is stored nowhere", async () => {
    const second = await enforce();
    const asked = await api.owner.approvals.request(account);
    expect(await errorOf(call(api.owner, "connections.add"))).toMatchObject({
      cause: { reason: "second-person" },
    });
    const approved = await approveAs(second, asked);
    expect(approved).toMatchObject({ state: "executed", permitUsedAt: null });
    expect(Date.parse(approved.permitUntil ?? "")).toBeGreaterThan(Date.now());
    const rows = await api.world.api.db.prisma.approvalRequest.findMany();
    const events = await api.world.api.db.prisma.ledgerEvent.findMany();
    expect(
      JSON.stringify([rows, events], (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value)),
    ).not.toContain(key);
    expect(await errorOf(api.owner.approvals.request(account))).toMatchObject({
      cause: { reason: "permit-open" },
    });
    expect(await errorOf(call(second, "connections.add"))).toMatchObject({
      cause: { reason: "second-person" },
    });
    const otherIdentity = { kind: "managed-identity" } as const;
    expect(
      await errorOf(api.owner.connections.add({ name: "new", tenantId: id, credential: otherIdentity })),
    ).toMatchObject({ cause: { reason: "second-person" } });
    const made = await Promise.allSettled([1, 2, 3].map(() => call(api.owner, "connections.add")));
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await api.owner.connections.list()).filter(({ name }) => name === "new")).toHaveLength(1);
    expect((await api.owner.approvals.get({ approval: asked.requested.id })).permitUsedAt).not.toBeNull();
    const { rows: used } = await api.owner.audit.list({ kind: ["approval.used", "connection.created"] });
    expect(used).toHaveLength(2);
    expect(used.find(({ kind }) => kind === "connection.created")?.data).toHaveProperty("approval");
  });

  test("a permit does not outlive its time, nor the right of its requester", async () => {
    const second = await enforce();
    const asked = await api.owner.approvals.request(account);
    await approveAs(second, asked);
    await api.world.api.db.prisma.$executeRaw`
      UPDATE "ApprovalRequest" SET "endedAt" = now() - interval '2 days', "permitUntil" = now() - interval '1 day'`;
    expect(await errorOf(call(api.owner, "connections.add"))).toMatchObject({
      cause: { reason: "second-person" },
    });
    await approveAs(second, await api.owner.approvals.request(account));
    await api.world.api.db.prisma.roleAssignment.deleteMany({ where: { role: "owner" } });
    expect(await codeOf(call(api.owner, "connections.add"))).toBe("FORBIDDEN");
  });

  test("a key is made after the approval, and its text is in the answer only", async () => {
    const second = await enforce();
    const input = { vault: "main", label: "safe" };
    const asked = await api.owner.approvals.request({ change: "vaultKeys.addRecovery", input, reason });
    await approveAs(second, asked);
    expect(await errorOf(api.owner.vaultKeys.addRecovery({ ...input, label: "mine" }))).toMatchObject({
      cause: { reason: "second-person" },
    });
    const made = await Promise.allSettled([
      api.owner.vaultKeys.addRecovery(input),
      api.owner.vaultKeys.addRecovery(input),
    ]);
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("each of these can be requested, or its refusal comes at once", async () => {
    await enforce();
    for (const change of permittedChangeKinds) {
      const answer = await codeOf(
        api.owner.approvals.request({ change, input: { ...inputs[change] }, reason }),
      );
      expect(["none", "CONFLICT"]).toContain(answer);
    }
  });
});

describe("a second person stays possible", () => {
  test("no one enforces it alone, and two who switch it on at once do so once", async () => {
    const alone = { expectedVersion: 0, document: enforced } as const;
    expect(await errorOf(api.owner.guardrails.update(alone))).toMatchObject({
      cause: { reason: "second-person-missing" },
    });
    const second = await api.as("secondOwner");
    const linked = { person: "owner@contoso.example", other: "secondOwner@contoso.example" };
    await api.owner.people.link(linked);
    expect(await errorOf(api.owner.guardrails.update(alone))).toMatchObject({
      cause: { reason: "second-person-missing" },
    });
    expect(await codeOf(second.people.unlink({ person: "owner@contoso.example" }))).toBe("FORBIDDEN");
  });

  test("the last second owner is not taken away, by a role, a link or a closed account", async () => {
    const second = await enforce();
    const change = { reason, expiresInHours: 1 } as const;
    const link = { person: "owner@contoso.example", other: "secondOwner@contoso.example" };
    expect(
      await errorOf(api.owner.approvals.request({ ...change, change: "people.link", input: link })),
    ).toMatchObject({
      cause: { reason: "second-person-missing" },
    });
    const disable = { person: "secondOwner@contoso.example", reason: "an incident" };
    expect(await errorOf(api.owner.people.disable(disable))).toMatchObject({
      cause: { reason: "second-person-missing" },
    });
    const { members } = await second.teams.organization();
    const owners = members.find(({ role }) => role === "owner")?.id ?? "";
    expect(["FORBIDDEN", "CONFLICT"]).toContain(
      await codeOf(
        api.owner.approvals.request({ ...change, change: "teams.removeMember", input: { member: owners } }),
      ),
    );
  });

  test("a change at the moment of switching on is made before it, or not at all", async () => {
    await api.as("secondOwner");
    for (const round of [0, 1, 2, 3]) {
      const { version } = await api.owner.guardrails.get();
      const [on, rename] = await Promise.allSettled([
        api.owner.guardrails.update({ expectedVersion: version, document: enforced }),
        api.owner.teams.rename({ team: "platform", name: `Round ${round}` }),
      ]);
      expect(on.status).toBe("fulfilled");
      const { name } = await api.owner.teams.get({ team: "platform" });
      expect(name === `Round ${round}`).toBe(rename.status === "fulfilled");
      const off = {
        change: "guardrails.update",
        input: { expectedVersion: version + 1, document: {} },
        reason,
      } as const;
      await approveAs(await api.as("secondOwner"), await api.owner.approvals.request(off));
    }
  });
});
