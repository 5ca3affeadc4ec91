import { advanceDatabaseClock } from "@kluis/db/testing";
import { isKluisError, limits } from "@kluis/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { offerClaim } from "../claim/offer.ts";
import { createCaller } from "../root.ts";
import { createWorld, type World } from "../testing.ts";
import { createContext, signIn } from "./identity.ts";

const chosen = "11111111-2222-4333-8444-555555555555";
let world: World;
beforeAll(async () => {
  world = await createWorld(undefined, chosen);
});
afterAll(() => world[Symbol.asyncDispose]());

async function as(name: string, oid: string, groups: readonly string[] = []) {
  const { sessionToken } = await signIn(world.api, { tid: "t", oid, name, username: `${name}@x`, groups });
  return createCaller(await createContext(world.api, { sessionToken }));
}

test("the user whom the setting names becomes owner once, only while no owner can sign in", async () => {
  const stranger = await as("stranger", "someone-else");
  expect((await stranger.me.get()).roles).toEqual([]);
  // The roles of the seed belong to groups in which no one is known yet.
  const both = await Promise.all([as("ada", chosen.toUpperCase()), as("bob", "oid-bob", [chosen])]);
  const owners = await Promise.all(both.map(async (one) => (await one.me.get()).roles.length));
  expect(owners.toSorted((a, b) => a - b)).toEqual([0, 1]);
  const owner = (await both[0].me.get()).roles.length === 1 ? both[0] : both[1];
  const { rows } = await owner.audit.list({ kind: ["role.assigned"], limit: 1 });
  expect(rows[0]?.data).toMatchObject({ role: "owner", setting: "KLUIS_OWNER_OBJECT_ID" });
  expect((await (await as("cas", "oid-cas", [chosen])).me.get()).roles).toHaveLength(owners[1] === 1 ? 1 : 0);
});

describe("the claim", () => {
  async function withoutOwner(): Promise<void> {
    await world.api.db.prisma.roleAssignment.deleteMany({ where: { role: "owner" } });
  }
  async function offered(): Promise<string> {
    return (await offerClaim(world.api.db))?.code ?? "";
  }
  async function reasonOf(work: Promise<unknown>): Promise<unknown> {
    const error: unknown = await work.catch((caught: unknown) => caught);
    return error instanceof Error && isKluisError(error.cause) ? error.cause.reason : error;
  }

  test("is not offered while an owner can sign in, and a code of another time does nothing", async () => {
    expect(await offerClaim(world.api.db)).toBeNull();
    const someone = await as("someone", "oid-someone");
    expect(await someone.claim.get()).toEqual({ open: false });
    expect(await reasonOf(someone.claim.use({ code: "K7QF-0000-0000-0000-0000" }))).toBe("claim-over");
  });

  test("makes one of two users owner who come with it at once, and is dead after that", async () => {
    await withoutOwner();
    const [first, second] = [await offered(), await offered()];
    const stored = await world.api.db.pool.query(`SELECT * FROM "OwnerClaim"`);
    expect(stored.rowCount).toBe(2);
    expect(JSON.stringify(stored.rows)).not.toContain(first.replaceAll("-", ""));
    const [ada, bea] = [await as("ada2", "oid-ada2"), await as("bea", "oid-bea")];
    expect(await ada.claim.get()).toEqual({ open: true });
    const both = await Promise.allSettled([
      ada.claim.use({ code: first.toLowerCase() }),
      bea.claim.use({ code: ` ${first.replaceAll("-", " ")}` }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const [winner, loser] = both[0].status === "fulfilled" ? ["ada2", bea] : ["bea", ada];
    // The code of the other start is dead, too.
    expect(await reasonOf(loser.claim.use({ code: second }))).toBe("claim-over");
    expect(await world.api.db.prisma.ownerClaim.count()).toBe(0);
    const owner = await as(winner, `oid-${winner}`);
    expect((await owner.me.get()).roles).toMatchObject([{ role: "owner", team: null }]);
    const { rows } = await owner.audit.list({ kind: ["installation.claimed", "role.assigned"], limit: 2 });
    expect(rows.map(({ actor }) => actor.name)).toEqual([winner, winner]);
  });

  test("expires by the time of the database, and counts wrong codes of each person there", async () => {
    await withoutOwner();
    const code = await offered();
    const [guesser, late] = [await as("guesser", "oid-guesser"), await as("late", "oid-late")];
    const wrong = () => reasonOf(guesser.claim.use({ code: "K7QF-0000-0000-0000-0000" }));
    const tries = await Promise.all(Array.from({ length: limits.claimGuessesMost + 3 }, wrong));
    expect(tries.filter((reason) => reason === "claim-code")).toHaveLength(limits.claimGuessesMost);
    expect(tries.filter((reason) => reason === "claim-guesses")).toHaveLength(3);
    // The right code is not looked at either, until the time is over; others are not kept waiting.
    expect(await reasonOf(guesser.claim.use({ code }))).toBe("claim-guesses");
    await advanceDatabaseClock(world.api.db.pool, limits.claimGuessesMs);
    expect(await wrong()).toBe("claim-code");
    await advanceDatabaseClock(world.api.db.pool, limits.claimMs);
    expect(await late.claim.get()).toEqual({ open: false });
    expect(await reasonOf(late.claim.use({ code }))).toBe("claim-code");
    expect(await late.claim.use({ code: await offered() })).toEqual({ role: "owner" });
  });
});
