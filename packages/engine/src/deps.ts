/** What every task and step may use: opened once per process, passed down, never global. */
import type { AzureConnection } from "@kluis/azure";
import type { Db } from "@kluis/db";
import type { Clock } from "@kluis/domain";
import type { BlobStore, TransferLimits, Vault } from "@kluis/vault";
import type { GrantBook } from "./job/grants.ts";
import type { Log } from "./log.ts";

export interface OpenedVault {
  /** Row of the vault in the database. */
  readonly id: string;
  readonly name: string;
  readonly store: BlobStore;
  readonly vault: Vault;
  /** One memory budget for everything that this process moves. */
  readonly limits: TransferLimits;
}

export interface EngineDeps {
  readonly db: Db;
  readonly azure: AzureConnection;
  readonly vault: OpenedVault;
  readonly clock: Clock;
  readonly log: Log;
  /** Tags everything that Kluis creates in Azure. */
  readonly installationId: string;
  readonly engineVersion: string;
  /** Read access to snapshots, and write access to disks that are being restored. */
  readonly grants: GrantBook;
  readonly writeGrants: GrantBook;
  readonly ledgerKeyFile: string | null;
}
