/** What accounting and collection need from the database. The tests have one in memory too. */
import type {
  Doubt,
  FoundAccount,
  Idle,
  KeptOutPoint,
  ListedPoint,
  NewAccount,
  NodeUse,
  PackRow,
  RootNode,
  StoredNode,
} from "@kluis/db";
import type { DamageFinding, ErrorInfo, ItemPlace } from "@kluis/domain";
import type { RefusedPack } from "./delete-packs.ts";

export interface AccountPort {
  /** Points with a manifest that are not accounted. */
  newPoints(limit: number): Promise<readonly NewAccount[]>;
  /** Accounted points whose manifest was deleted. */
  deletedPoints(limit: number): Promise<readonly string[]>;
  /** False when the point does not wait any more. */
  addAccount(point: { readonly pointId: string; readonly roots: readonly RootNode[] }): Promise<boolean>;
  removeAccount(pointId: string): Promise<boolean>;
  unwalked(limit: number): Promise<readonly StoredNode[]>;
  unneeded(limit: number): Promise<readonly StoredNode[]>;
  countWalked(uses: readonly NodeUse[]): Promise<number>;
  countDropped(uses: readonly NodeUse[]): Promise<number>;
  setNodeProblem(failed: NodeFailure): Promise<void>;
  /** Records damage that was met. `pointId`: the point that needs it, as far as it is known. */
  damaged(findings: readonly DamageFinding[], pointId: string | null): Promise<void>;
}

export interface NodeFailure {
  readonly node: StoredNode;
  readonly problem: ErrorInfo;
  readonly retryMs: number;
}

export interface CollectPort {
  /** By the clock of the database. */
  now(): Promise<Date>;
  doubt(): Promise<Doubt>;
  /** Node references that open jobs hold. */
  heldNodes(): AsyncIterable<string>;
  /** Which of these nodes are counted with all that they name, as `placeKey` names them. */
  countedOf(nodes: readonly ItemPlace[]): Promise<ReadonlySet<string>>;
  idle(options: Idle): Promise<readonly PackRow[]>;
  condemn(options: { readonly packs: readonly number[]; readonly before: Date }): Promise<number>;
  reprieve(packs: readonly number[]): Promise<number>;
  sweepable(options: { readonly before: Date; readonly limit: number }): Promise<readonly PackRow[]>;
  beginDeletion(options: DeletionOptions): Promise<number>;
  deleting(limit: number): Promise<readonly PackRow[]>;
  forget(packs: readonly number[]): Promise<void>;
  refused(pack: RefusedPack): Promise<void>;
}

export interface DeletionOptions {
  readonly packs: readonly number[];
  readonly before: Date;
  readonly keepUntil: Date | null;
}

/** What the comparison of listed manifests needs. */
export interface ListedPort {
  keptOut(limit: number): Promise<readonly KeptOut[]>;
  /** Points that are accounted because of their manifest only. */
  foreign(): Promise<readonly string[]>;
  known(pointIds: readonly string[]): Promise<readonly ListedPoint[]>;
  /** The roots of a recovery point of this database. */
  rootsOf(pointId: string): Promise<readonly string[]>;
  /** False when it is counted, or its point was deleted meanwhile. */
  addFound(point: FoundAccount): Promise<boolean>;
  removeAccount(pointId: string): Promise<boolean>;
  keepOut(point: KeptOutPoint): Promise<void>;
  forgetKeptOut(pointIds: readonly string[]): Promise<void>;
  damaged(findings: readonly DamageFinding[], pointId: string | null): Promise<void>;
  /** Whether a job of this database is open. It holds what its manifest names. */
  isJobOpen(jobId: string): Promise<boolean>;
  /** Lets the manifest of a job be removed that ended without a point. False when it is not one of this database. */
  removeOrphan(manifest: { readonly pointId: string; readonly jobId: string }): Promise<boolean>;
}

export interface KeptOut {
  readonly pointId: string;
  readonly state: string;
  readonly problem: unknown;
}
