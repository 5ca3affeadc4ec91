/** Rules in SQL: they match what the domain says, in one order, and each VM has one verdict. */
import { matchesRule, type RuleConditions, type RulePlace, ruleConditionsSchema } from "@kluis/domain";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { addPolicy, addVm, freshWorld, person, vmFacts } from "../../test/fixtures.ts";
import { ensureTeam } from "../teams/write.ts";
import { inTransaction } from "../tx.ts";
import { countVerdicts, explainVms } from "./explain.ts";
import { conditionsSql } from "./match-sql.ts";
import {
  createAssignmentRule,
  deleteAssignmentRule,
  listAssignmentRules,
  updateAssignmentRule,
} from "./rules.ts";
import type { RankedRule } from "./verdict-sql.ts";

const world = freshWorld();

const name = fc.constantFrom("env", "Env", "ENV", "cost=center", "cost", "é", "É", "İ", "a b", "k");
const value = fc.constantFrom("", "prod", "Prod", "center=", "x'y", "%", "é");
const place: fc.Arbitrary<RulePlace> = fc.record({
  subscriptionId: fc.constantFrom("sub-1", "sub-2"),
  resourceGroup: fc.constantFrom("commerce-rg", "platform-rg"),
  location: fc.constantFrom("westeurope", "WestEurope", "northeurope"),
  tags: fc.dictionary(name, value, { maxKeys: 4 }),
});
const conditions: fc.Arbitrary<RuleConditions> = fc
  .record(
    {
      tags: fc.array(fc.record({ name, values: fc.array(value, { maxLength: 3 }) }), {
        minLength: 1,
        maxLength: 3,
      }),
      subscriptionId: fc.constantFrom("SUB-1", "sub-2"),
      resourceGroup: fc.constantFrom("Commerce-RG"),
      region: fc.constantFrom("WestEurope"),
    },
    { requiredKeys: ["tags"] },
  )
  .map((given) => ruleConditionsSchema.parse(given));

test("SQL matches what the domain matches, on generated fleets", async () => {
  const { db, clock } = world;
  await fc.assert(
    fc.asyncProperty(
      fc.array(place, { minLength: 1, maxLength: 25 }),
      fc.array(conditions, { minLength: 1, maxLength: 20 }),
      async (fleet, rules) => {
        await db.prisma.virtualMachine.deleteMany();
        const vms = fleet.map((one, at) => ({ ...one, name: `vm-${at}` }));
        for (const { tags, ...facts } of vms) await addVm(db, clock, vmFacts(facts.name, { ...facts, tags }));
        for (const rule of rules) {
          const rows = await db.prisma.$queryRaw`
            SELECT vm.name FROM "VirtualMachine" vm WHERE ${conditionsSql(rule)} ORDER BY vm.name`;
          const found = z.array(z.object({ name: z.string() })).parse(rows);
          const expected = vms.filter((vm) => matchesRule(rule, vm)).map((vm) => vm.name);
          expect(found.map((row) => row.name)).toEqual(expected.toSorted());
        }
      },
    ),
    { numRuns: 12 },
  );
});

test("rules of a team are numbered from 1; a team's age decides between teams; names are unique in a team", async () => {
  const { db, clock } = world;
  const policy = await addPolicy(db, clock);
  const team = (slug: string) =>
    inTransaction(db, async (tx) => {
      const reach = [{ kind: "subscription", subscriptionId: "sub-1" } as const];
      const { id } = await ensureTeam(tx, { slug, name: slug, reach }, clock);
      return { id, name: slug };
    });
  const old = await team("old");
  clock.advance(1_000);
  const young = await team("a-young");
  const add = (rule: string, of: { id: string; name: string }, position = 50) =>
    inTransaction(db, (tx) =>
      createAssignmentRule(
        tx,
        {
          name: rule,
          team: of,
          policy,
          enabled: true,
          conditions: { tags: [{ name: rule, values: [] }] },
          position,
          actor: person,
        },
        clock,
      ),
    );
  await add("y", young);
  await add("a", old);
  await add("b", old);
  const c = await add("c", old, 1);
  expect(c).toMatchObject({ position: 1, version: 1, savedBy: person });
  const order = async () =>
    (await listAssignmentRules(db.prisma, "all")).map((rule) => `${rule.name}${rule.position}`);
  expect(await order()).toEqual(["c1", "a2", "b3", "y1"]);
  const { name: ruleName, policy: of, enabled, conditions: given } = c;
  const facts = { name: ruleName, policy: of, enabled, conditions: given, actor: person };
  const moved = await inTransaction(db, (tx) =>
    updateAssignmentRule(tx, { before: c, expectedVersion: 1, ...facts, position: 2 }),
  );
  expect(moved).toMatchObject({ position: 2, version: 2 });
  expect(await order()).toEqual(["a1", "c2", "b3", "y1"]);
  await expect(
    inTransaction(db, (tx) =>
      updateAssignmentRule(tx, { before: moved, expectedVersion: 1, ...facts, position: 1 }),
    ),
  ).rejects.toMatchObject({ code: "CONFLICT", reason: "rule-changed" });
  await expect(add("a", old)).rejects.toMatchObject({ reason: "rule-name-taken" });
  await add("a", young);
  await inTransaction(db, (tx) => deleteAssignmentRule(tx, moved));
  expect(await order()).toEqual(["a1", "b2", "y1", "a2"]);
});

test("every VM in reach has one verdict, whatever else is true of it", async () => {
  const { db, clock } = world;
  for (let at = 0; at < 30; at += 1)
    await addVm(db, clock, vmFacts(`vm-${at}`, { tags: at % 3 === 0 ? { env: "prod" } : {} }));
  const rule: RankedRule = {
    id: "00000000-0000-4000-8000-000000000001",
    version: 1,
    conditions: ruleConditionsSchema.parse({ tags: [{ name: "env", values: ["prod"] }] }),
    reach: [{ kind: "subscription", subscriptionId: "sub-1" }],
    kind: "best",
    isBlocked: false,
  };
  const run = { rule, rules: [rule], visibility: { all: true } as const };
  expect(await countVerdicts(db.prisma, run)).toMatchObject({ refused: 10, "not-matched": 20, matched: 0 });
  // No connection reads the subscription.
  const page = await explainVms(db.prisma, run, { page: 1, pageSize: 2 });
  expect(page).toMatchObject([{ verdict: "refused", refusal: "no-connection" }, { verdict: "refused" }]);
  const other = { ...rule, id: "00000000-0000-4000-8000-000000000002" };
  const behind = { ...run, rules: [other, rule] };
  expect(await countVerdicts(db.prisma, behind)).toMatchObject({ "earlier-rule": 10, "not-matched": 20 });
  const nowhere = { ...run, rule: { ...rule, reach: [] }, rules: [{ ...rule, reach: [] }] };
  expect(Object.values(await countVerdicts(db.prisma, nowhere)).every((count) => count === 0)).toBe(true);
});
