/** Requests for a second person whose time is over end once, with an event, in bounded pages. */
import { addApproval, newId, openDatabase } from "@kluis/db";
import { createTestDatabase } from "@kluis/db/testing";
import { noEffect, systemClock } from "@kluis/domain";
import { pino } from "pino";
import { expect, it } from "vitest";
import { expireApprovals } from "../src/upkeep/expired-approvals.ts";

it("ends those that have expired, also when two engines do it at once, and leaves the others", async () => {
  const database = await createTestDatabase();
  const db = await openDatabase({ url: database.url, poolSize: 6 });
  try {
    const requesterId = newId();
    const requester = { kind: "person", personId: requesterId, name: "Ada", via: "session" } as const;
    const facts = { kind: "points.delete", requesterId, requester, reason: "old", ticket: null } as const;
    const about = { policyId: null, onOrganisation: false, onTeamId: null, teamIds: [], items: [] } as const;
    const add = (name: string, expiresAt: Date) =>
      addApproval(db.prisma, {
        ...facts,
        ...about,
        input: { pointIds: [name] },
        target: { type: "point", id: name, name },
        circumstances: {},
        effect: noEffect,
        changes: null,
        expiresAt,
      });
    const hour = 3_600_000;
    for (let index = 0; index < 250; index++) await add(`old ${index}`, new Date(Date.now() - hour + index));
    const open = await add("open", new Date(Date.now() + hour));
    const deps = { db, clock: systemClock, log: pino({ level: "silent" }) };
    const signal = AbortSignal.timeout(60_000);
    await Promise.all([expireApprovals(deps, signal), expireApprovals(deps, signal)]);
    expect(await db.prisma.approvalRequest.findMany({ where: { state: "pending" } })).toMatchObject([
      { id: open },
    ]);
    expect(await db.prisma.approvalRequest.count({ where: { state: "expired" } })).toBe(250);
    const events = await db.prisma.ledgerEvent.findMany({ where: { kind: "approval.expired" } });
    expect(events).toHaveLength(250);
    expect(events[0]?.data).toMatchObject({ requestedBy: { id: requesterId, name: "Ada" } });
  } finally {
    await db.close();
    await database.drop();
  }
});
