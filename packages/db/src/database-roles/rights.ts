/** What the database roles of engine and portal may do with each table. The owner of the tables only migrates. */
import type { Prisma } from "../../generated/client.ts";

/** read: SELECT. append: and INSERT. change: SELECT and UPDATE. write: all four. Never TRUNCATE, TRIGGER or REFERENCES. */
export type TableRight = "read" | "append" | "change" | "write";

export interface TableRights {
  readonly engine: TableRight;
  readonly portal: TableRight;
}

const both: TableRights = { engine: "write", portal: "write" };
/** Written by engines alone. */
const ofEngine: TableRights = { engine: "write", portal: "read" };
/** Written by the portal alone. */
const ofPortal: TableRights = { engine: "read", portal: "write" };

/** Engines end what an account that the directory has disabled may do. They make no user, session or token. */
const ofPeople: TableRights = { engine: "change", portal: "write" };

/** Rows are locked (`FOR UPDATE`, `FOR SHARE`) only with the right to write. */
const rights = {
  Installation: both,
  EngineProcess: ofEngine,
  PartHealth: both,
  Attention: both,
  RecurringWork: ofEngine,
  Person: ofPeople,
  Team: ofPortal,
  TeamScope: ofPortal,
  RoleAssignment: ofPortal,
  Role: ofPortal,
  DirectoryGroup: both,
  Session: ofPeople,
  ApiToken: ofPeople,
  OwnerClaim: ofPortal,
  OwnerClaimGuess: ofPortal,
  AzureConnection: both,
  Subscription: both,
  VirtualMachine: both,
  InventoryPage: ofEngine,
  AzureResource: ofEngine,
  // Engines write them when a vault is taken over.
  Policy: both,
  PolicyVersion: both,
  Protection: both,
  Occurrence: both,
  Job: both,
  JobStep: both,
  JobDisk: both,
  JobSegment: both,
  Vault: both,
  VaultKeyChange: both,
  VaultKey: both,
  RecoveryPoint: both,
  VmPoints: both,
  RecoveryPointDisk: ofEngine,
  VaultChunk: ofEngine,
  VaultPack: both,
  VaultUse: ofEngine,
  VaultNode: ofEngine,
  VaultPoint: ofEngine,
  VaultMove: ofEngine,
  VaultTotal: both,
  VaultTotalChange: both,
  VaultKnownChunk: ofEngine,
  VaultDamage: both,
  VaultDamageItem: both,
  VaultDamagePoint: both,
  PointDamage: both,
  RequestBucket: ofEngine,
  DiskTrust: both,
  GuardrailVersion: ofPortal,
  AssignmentRule: ofPortal,
  AssignmentRefusal: both,
  // Engines end those that have expired.
  AssignmentExclusion: both,
  ApprovalRequest: both,
  ApprovalItem: both,
  BulkAction: both,
  BulkActionItem: both,
  // Append-only for everyone: the triggers refuse the rest, and only the owner of the tables could switch them off.
  LedgerEvent: { engine: "append", portal: "append" },
  LedgerAnchor: { engine: "append", portal: "read" },
} as const satisfies Readonly<Record<string, TableRights>>;

/** Total: a table without a line does not compile. */
export const tableRights: Readonly<Record<Prisma.ModelName, TableRights>> = rights;

/** The rights on tables of Prisma itself, and on tables that this version does not know. */
export const otherTables: TableRights = { engine: "read", portal: "read" };
