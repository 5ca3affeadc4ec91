import type { Locale, Permission, Role } from "@kluis/domain";
import type { JobRow } from "../jobs/view.ts";
import type { PointRow } from "../points/view.ts";
import type { HistoryDay, VmStatus } from "../vms/view.ts";
import type { ActorView, Instant, Ref } from "./common.ts";

export interface MeView {
  readonly person: { readonly id: string; readonly name: string; readonly username: string };
  /** The chosen language of the portal; null while none was chosen. */
  readonly locale: Locale | null;
  readonly via: "session" | "token";
  /** Roles held: in a team, or (team null) in the whole organisation. */
  readonly roles: readonly {
    readonly role: Role;
    readonly team: Ref | null;
  }[];
  /** Everything allowed somewhere: show what can be used. The server decides again, per VM. */
  readonly permissions: readonly Permission[];
  readonly organisationWide: boolean;
  readonly sessionEndsAt: Instant | null;
}

export interface TeamView extends Ref {
  readonly slug: string;
  readonly scopes: readonly {
    readonly kind: string;
    readonly subscriptionId: string | null;
    readonly resourceGroup: string | null;
    readonly tagName: string | null;
    readonly tagValue: string | null;
  }[];
  readonly members: readonly {
    readonly role: Role;
    readonly person: Ref | null;
    readonly groupId: string | null;
  }[];
}

export interface OverviewView {
  readonly asOf: Instant;
  readonly vms: Readonly<Record<VmStatus, number>> & { readonly total: number };
  /** VMs that need somebody: failing, at risk, unprotected; worst first, at most 10. */
  readonly attention: readonly { readonly vm: Ref; readonly status: VmStatus; readonly reason: string }[];
  readonly running: readonly JobRow[];
  readonly recentPoints: readonly PointRow[];
  readonly recentFailures: readonly JobRow[];
  readonly storage: StorageView;
  /** 30 days, oldest first. */
  readonly history: readonly HistoryDay[];
}

export interface StorageView {
  readonly points: number;
  /** Sum of the disks' sizes over living points: what the points would take as plain images. */
  readonly logicalBytes: number;
  /** What the living points put into the vault, in bytes; shared content is counted with the point that brought it. */
  readonly storedBytes: number;
  readonly movedBytes24h: number;
  readonly storedBytes24h: number;
}

export interface AuditRow {
  readonly seq: number;
  readonly at: Instant;
  readonly kind: string;
  readonly actor: ActorView;
  readonly target: { readonly type: string; readonly id: string; readonly name: string };
  readonly vmId: string | null;
  readonly teamIds: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
  readonly prevDigest: string;
  readonly digest: string;
}

export interface AuditPage {
  readonly rows: readonly AuditRow[];
  /** Pass as `before` for the next page; null at the end. */
  readonly next: number | null;
  readonly total: number;
}

/** The walk along the ledger's chain: right, or the first thing that is wrong. */
export interface LedgerVerification {
  readonly ok: boolean;
  readonly events: number;
  readonly head: { readonly seq: number; readonly digest: string } | null;
  /** Signed heads that it was compared with: those of the database and the copies. */
  readonly anchors: number;
  /** Of these, copies that were read from the vault, out of reach of the database's owner. */
  readonly copies: number;
  readonly checkedAt: Instant;
  readonly problem: { readonly seq: number; readonly kind: string; readonly message: string } | null;
  /** What could not be checked, in a sentence: `ok` says nothing about it. Null when everything was. */
  readonly unchecked: string | null;
}

export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly createdAt: Instant;
  readonly expiresAt: Instant | null;
  readonly lastUsedAt: Instant | null;
  readonly revokedAt: Instant | null;
}

export const healthParts = ["database", "engine", "vault", "azure"] as const;
export interface HealthView {
  readonly ok: boolean;
  readonly version: string;
  readonly checkedAt: Instant;
  readonly parts: readonly {
    readonly part: (typeof healthParts)[number];
    readonly ok: boolean;
    readonly code: string | null;
    readonly message: string;
    readonly checkedAt: Instant | null;
  }[];
}
