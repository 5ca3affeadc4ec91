/** The dependencies of every task and step: opened once per process and passed down, never global. */
import type { AzureConnection } from "@kluis/azure";
import type { Db } from "@kluis/db";
import type { TimedClock } from "@kluis/domain";
import type { BlobStore, TransferLimits, Vault } from "@kluis/vault";
import type { GrantBook } from "./job/grants.ts";
import type { Log } from "./log.ts";

export interface OpenedVault {
  /** Id of the vault and of its row in the database. */
  readonly id: string;
  readonly name: string;
  readonly store: BlobStore;
  readonly vault: Vault;
  /** The memory budget that all transfers of this process share. */
  readonly limits: TransferLimits;
}

export interface EngineDeps {
  readonly db: Db;
  readonly azure: AzureConnection;
  readonly vault: OpenedVault;
  readonly clock: TimedClock;
  readonly log: Log;
  /** The tag of every resource that Kluis creates in Azure. */
  readonly installationId: string;
  readonly engineVersion: string;
  /** Read access to snapshots. */
  readonly grants: GrantBook;
  /** Write access to disks of running restores. */
  readonly writeGrants: GrantBook;
  readonly ledgerKeyFile: string | null;
}
