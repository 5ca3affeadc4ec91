/** The dependencies of every task and step: opened once per process and passed down, never global. */
import type { AzureConnection } from "@kluis/azure";
import type { DirectoryClient } from "@kluis/azure/directory";
import type { Db } from "@kluis/db";
import type { KluisError, TimedClock } from "@kluis/domain";
import type { GrantBook } from "./job/grants.ts";
import type { Log } from "./log.ts";
import type { Connections } from "./runtime/connections.ts";
import type { PolicyRates } from "./runtime/policy-rates.ts";
import type { Vaults } from "./runtime/vaults.ts";

/** Watches the clocks: runtime/clock-guard.ts. */
export interface ClockWatch {
  /** Why this engine must not schedule and collect; null when it may. */
  readonly problem: KluisError | null;
  check(deps: Pick<EngineDeps, "db" | "clock" | "log">): Promise<void>;
  close(deps: Pick<EngineDeps, "db" | "clock" | "log">): Promise<void>;
}

/** How the engine reads accounts and groups. */
export interface EngineDirectory {
  /** Null: the directory is not read. */
  readonly client: DirectoryClient | null;
  /** How long groups give rights after they were read. */
  readonly groupRightsMs: number;
}

export interface EngineDeps {
  readonly db: Db;
  /** All connections as one: each call goes through the connection that reads the subscription. */
  readonly azure: AzureConnection;
  readonly connections: Connections;
  readonly vaults: Vaults;
  readonly directory: EngineDirectory;
  /** Limits of bandwidth of policies. */
  readonly policyRates: PolicyRates;
  /** The time of the database: runtime/database-clock.ts. */
  readonly clock: TimedClock;
  /** Whether the clocks of this machine, the database and Azure agree. */
  readonly clockGuard: ClockWatch;
  readonly log: Log;
  /** The tag of every resource that Kluis creates in Azure. */
  readonly installationId: string;
  /** Names this engine among those of the database (EngineProcess). */
  readonly engineId: string;
  readonly engineVersion: string;
  /** Read access to snapshots. */
  readonly grants: GrantBook;
  /** Write access to disks of running restores. */
  readonly writeGrants: GrantBook;
  readonly ledgerKeyFile: string | null;
  /** Days that ended jobs and decisions of the scheduler stay. */
  readonly historyDays: number;
}
