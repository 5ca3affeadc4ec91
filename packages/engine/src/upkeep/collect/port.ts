/** What accounting and collection need from the database. The tests have one in memory too. */
import type { Doubt, Idle, NewAccount, NodeUse, PackRow, RootNode, StoredNode } from "@kluis/db";
import type { ErrorInfo } from "@kluis/domain";

export interface AccountPort {
  /** Points with a manifest that are not accounted. */
  newPoints(limit: number): Promise<readonly NewAccount[]>;
  /** Accounted points whose manifest was deleted. */
  deletedPoints(limit: number): Promise<readonly string[]>;
  /** False when the point was accounted before. */
  addAccount(point: { readonly pointId: string; readonly roots: readonly RootNode[] }): Promise<boolean>;
  removeAccount(pointId: string): Promise<boolean>;
  unwalked(limit: number): Promise<readonly StoredNode[]>;
  unneeded(limit: number): Promise<readonly StoredNode[]>;
  countWalked(uses: readonly NodeUse[]): Promise<number>;
  countDropped(uses: readonly NodeUse[]): Promise<number>;
  setNodeProblem(failed: NodeFailure): Promise<void>;
}

export interface NodeFailure {
  readonly node: StoredNode;
  readonly problem: ErrorInfo;
  readonly retryMs: number;
}

export interface CollectPort {
  doubt(): Promise<Doubt>;
  /** Node references that open jobs hold. */
  heldNodes(): AsyncIterable<string>;
  /** Which of these nodes are counted with all that they name, as `pack:offset`. */
  countedOf(nodes: readonly CountedPlace[]): Promise<ReadonlySet<string>>;
  idle(options: Idle): Promise<readonly PackRow[]>;
  condemn(options: { readonly packs: readonly number[]; readonly forMs: number }): Promise<number>;
  reprieve(packs: readonly number[]): Promise<number>;
  sweepable(options: { readonly graceMs: number; readonly limit: number }): Promise<readonly PackRow[]>;
  beginDeletion(options: DeletionOptions): Promise<number>;
  deleting(limit: number): Promise<readonly PackRow[]>;
  forget(packs: readonly number[]): Promise<void>;
  refused(pack: {
    readonly number: number;
    readonly refusal: ErrorInfo;
    readonly retryMs: number;
  }): Promise<void>;
}

export interface DeletionOptions {
  readonly packs: readonly number[];
  readonly graceMs: number;
  readonly keepUntil: Date | null;
}

export interface CountedPlace {
  readonly pack: string;
  readonly offset: number;
}
