import { type Actor, type Clock, engineActor, type PolicyDocument } from "@kluis/domain";
import { afterEach, beforeEach } from "vitest";
import type { Db } from "../src/client.ts";
import type { PolicyRow } from "../src/policies/read.ts";
import { createPolicy } from "../src/policies/write.ts";
import { createTestDatabase, type TestDatabase } from "../src/testing.ts";
import { inTransaction } from "../src/tx.ts";
import { type DiscoveredVm, upsertVm } from "../src/vms/write.ts";

/** A clock that a test moves. */
export class TestClock implements Clock {
  #now: number;

  constructor(start = "2026-05-01T00:00:00Z") {
    this.#now = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#now);
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}

/** Registers hooks that give each test its own migrated database and clock. */
export function freshWorld(): { readonly db: Db; readonly clock: TestClock } {
  let database: TestDatabase | undefined;
  let clock = new TestClock();
  beforeEach(async () => {
    database = await createTestDatabase();
    clock = new TestClock();
  });
  afterEach(() => database?.drop());
  return {
    get db() {
      if (database === undefined) throw new Error("The database exists only while a test runs.");
      return database.db;
    },
    get clock() {
      return clock;
    },
  };
}

export const person: Actor = { kind: "person", personId: "p", name: "Bram", via: "session" };

export const nightly: PolicyDocument = {
  schedule: { kind: "daily", times: ["01:00"], timeZone: "UTC" },
  retention: { daily: 30 },
  instantRestoreDays: 0,
  consistency: { wanted: "application", otherwise: "continue", vss: "full" },
};

export function vmFacts(name: string, more: Partial<DiscoveredVm> = {}): DiscoveredVm {
  return {
    resourceId: `/subscriptions/SUB-1/resourceGroups/Commerce-RG/providers/Microsoft.Compute/virtualMachines/${name}`,
    azureVmId: `azure-${name}`,
    name,
    subscriptionId: "SUB-1",
    resourceGroup: "Commerce-RG",
    location: "westeurope",
    osType: "linux",
    size: "Standard_B2s",
    powerState: "running",
    agentState: "ready",
    tags: { CostCenter: "42" },
    disks: [
      {
        key: "os",
        name: `${name}-os`,
        resourceId: `/disks/${name}-os`,
        uniqueId: `unique-${name}`,
        bytes: 4 * 2 ** 30,
        sku: "Premium_LRS",
        unsupported: null,
      },
    ],
    configuration: { name, properties: { hardwareProfile: { vmSize: "Standard_B2s" } } },
    ...more,
  };
}

export async function addVm(db: Db, clock: Clock, facts: DiscoveredVm = vmFacts("web-01")): Promise<string> {
  const { id } = await inTransaction(db, (tx) => upsertVm(tx, facts, clock));
  return id;
}

export function addPolicy(db: Db, clock: Clock, name = "nightly"): Promise<PolicyRow> {
  const document = nightly;
  return inTransaction(db, (tx) =>
    createPolicy(tx, { name, description: "", teamId: null, document, actor: engineActor }, clock),
  );
}
