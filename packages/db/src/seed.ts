import {
  type Clock,
  engineActor,
  type LedgerDraft,
  type PolicyDocument,
  type Role,
  systemClock,
  type TeamReach,
} from "@kluis/domain";
import type { Db } from "./client.ts";
import { appendEvents } from "./ledger/append.ts";
import { lockInTransaction, locks } from "./locks.ts";
import { createPolicy } from "./policies/write.ts";
import { assignRole, ensureTeam } from "./teams/write.ts";
import { inTransaction, type Tx } from "./tx.ts";

/** The policies of a new installation. */
export const basicPolicies: readonly {
  readonly name: string;
  readonly description: string;
  readonly document: PolicyDocument;
}[] = [
  {
    name: "standard-daily",
    description: "Every night; the snapshot is removed after its transfer.",
    document: {
      schedule: { kind: "daily", times: ["01:00"], timeZone: "Europe/Amsterdam" },
      retention: { daily: 30, weekly: 12, monthly: 12 },
      instantRestoreDays: 0,
      consistency: { wanted: "application", otherwise: "continue", vss: "full" },
    },
  },
  {
    name: "enhanced-4h",
    description: "Every four hours; snapshots stay two days for instant restore.",
    document: {
      schedule: {
        kind: "hourly",
        everyHours: 4,
        windowStart: "08:00",
        windowHours: 24,
        timeZone: "Europe/Amsterdam",
      },
      retention: { keepLast: 12, daily: 14, weekly: 8, monthly: 12 },
      instantRestoreDays: 2,
      consistency: { wanted: "application", otherwise: "continue", vss: "full" },
    },
  },
];

export interface SeedFacts {
  /** The subscription of the resource groups commerce-rg and platform-rg. */
  readonly subscriptionId: string;
  /** Ids of groups in the directory. */
  readonly groups: {
    readonly owners: string;
    readonly auditors: string;
    readonly commerceAdmins: string;
    readonly commerceOperators: string;
    readonly platformReaders: string;
  };
  /** Names of these groups, by id. */
  readonly groupNames?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
}

/**
 * Creates two teams, the roles of the demo directory's groups, and two policies. Existing ones stay unchanged, so this can run
 * at every start, and in two processes at the same time.
 */
export async function seedBasics(db: Db, facts: SeedFacts): Promise<void> {
  const clock = facts.clock ?? systemClock;
  await inTransaction(db, async (tx) => {
    await lockInTransaction(tx, locks.seed);
    const seeder = new Seeder(tx, clock);
    const commerce = await seeder.team("commerce", "Commerce", reach(facts.subscriptionId, "commerce-rg"));
    const platform = await seeder.team("platform", "Platform", reach(facts.subscriptionId, "platform-rg"));
    const { groups } = facts;
    await seeder.role("owner", null, groups.owners);
    await seeder.role("auditor", null, groups.auditors);
    await seeder.role("backup-admin", commerce, groups.commerceAdmins);
    await seeder.role("operator", commerce, groups.commerceOperators);
    await seeder.role("reader", platform, groups.platformReaders);
    // A name that an owner gave stays.
    const names = Object.entries(facts.groupNames ?? {}).map(([id, name]) => ({ id, name }));
    await tx.directoryGroup.createMany({ data: names, skipDuplicates: true });
    for (const policy of basicPolicies) await seeder.policy(policy);
    await appendEvents(tx, clock, seeder.events);
  });
}

function reach(subscriptionId: string, resourceGroup: string): TeamReach {
  return { kind: "resource-group", subscriptionId, resourceGroup };
}

/** Creates missing rows and collects their events. */
class Seeder {
  readonly events: LedgerDraft[] = [];
  readonly #tx: Tx;
  readonly #clock: Clock;

  constructor(tx: Tx, clock: Clock) {
    this.#tx = tx;
    this.#clock = clock;
  }

  async team(slug: string, name: string, scope: TeamReach): Promise<string> {
    const team = await ensureTeam(this.#tx, { slug, name, reach: [scope] }, this.#clock);
    if (team.created) {
      this.events.push({
        kind: "team.created",
        actor: engineActor,
        target: { type: "team", id: team.id, name },
        teamIds: [team.id],
        data: { reach: [scope] },
      });
    }
    return team.id;
  }

  async role(role: Role, teamId: string | null, groupId: string): Promise<void> {
    if ((await assignRole(this.#tx, { role, teamId, holder: { groupId } }, this.#clock)) === null) return;
    this.events.push({
      kind: "role.assigned",
      actor: engineActor,
      target: { type: "group", id: groupId, name: groupId },
      teamIds: teamId === null ? [] : [teamId],
      data: { role, teamId },
    });
  }

  async policy(policy: (typeof basicPolicies)[number]): Promise<void> {
    const found = await this.#tx.policy.findUnique({ where: { name: policy.name }, select: { id: true } });
    if (found) return;
    const created = await createPolicy(
      this.#tx,
      { ...policy, teamId: null, actor: engineActor },
      this.#clock,
    );
    this.events.push({
      kind: "policy.created",
      actor: engineActor,
      target: { type: "policy", id: created.id, name: policy.name },
      data: { version: 1, document: policy.document },
    });
  }
}
