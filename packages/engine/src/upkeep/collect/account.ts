/**
 * Accounts the recovery points of a vault: counts what new ones name, and subtracts what deleted ones named. Reads only nodes that
 * were reached first or are named last. Every step can be killed, repeated, or done twice at once.
 */
import { isDatabaseLost, knownError, type NodeUse, type RootNode, type StoredNode } from "@kluis/db";
import { errorInfo, findingOf, forEachConcurrent, isDamage } from "@kluis/domain";
import { formatNodeRef, type NodeRef, parseNodeRef, splitNodeRef, type Vault } from "@kluis/vault";
import type { AccountPort } from "./port.ts";

export interface AccountParts {
  readonly port: AccountPort;
  readonly vault: Pick<Vault, "nodeUse">;
  readonly signal: AbortSignal;
}

export interface Accounted {
  readonly added: number;
  readonly removed: number;
  /** Nodes read from the vault. */
  readonly nodes: number;
  /** Nodes that could not be read. */
  readonly failed: number;
}

const POINTS = 100;
/** Nodes of one transaction. Each names at most some hundred packs. */
const NODES = 64;
const READS = 4;
/** A node that cannot be read is tried again after this time. */
export const NODE_RETRY_MS = 55 * 60_000;

/** Runs until nothing is left to count. */
export async function accountVault(parts: AccountParts): Promise<Accounted> {
  const added = await addPoints(parts);
  const removed = await removePoints(parts);
  const walked = await walk(parts, { next: "unwalked", count: "countWalked" });
  const dropped = await walk(parts, { next: "unneeded", count: "countDropped" });
  return { added, removed, nodes: walked.nodes + dropped.nodes, failed: walked.failed + dropped.failed };
}

async function addPoints({ port, signal }: AccountParts): Promise<number> {
  let added = 0;
  for (;;) {
    signal.throwIfAborted();
    const points = await port.newPoints(POINTS);
    for (const { pointId, roots } of points)
      if (await port.addAccount({ pointId, roots: roots.map(rootOf) })) added++;
    if (points.length < POINTS) return added;
  }
}

async function removePoints({ port, signal }: AccountParts): Promise<number> {
  let removed = 0;
  for (;;) {
    signal.throwIfAborted();
    const points = await port.deletedPoints(POINTS);
    for (const pointId of points) if (await port.removeAccount(pointId)) removed++;
    if (points.length < POINTS) return removed;
  }
}

interface Queue {
  readonly next: "unwalked" | "unneeded";
  readonly count: "countWalked" | "countDropped";
}

/** Works through one of the two queues of nodes. */
async function walk(parts: AccountParts, { next, count }: Queue): Promise<{ nodes: number; failed: number }> {
  const { port, signal } = parts;
  const sum = { nodes: 0, failed: 0 };
  for (;;) {
    signal.throwIfAborted();
    const nodes = await port[next](NODES);
    if (nodes.length === 0) return sum;
    const uses: NodeUse[] = [];
    await forEachConcurrent(nodes, { limit: READS, signal }, async (node) => {
      const use = await readUse(parts, node);
      if (use === null) sum.failed++;
      else uses.push(use);
    });
    await port[count](uses);
    sum.nodes += nodes.length;
  }
}

/** What a node names; null when it cannot be read: then its row says so, and the others continue. */
async function readUse({ port, vault, signal }: AccountParts, node: StoredNode): Promise<NodeUse | null> {
  try {
    const { children, packs } = await vault.nodeUse(formatNodeRef(node), signal);
    return { node, children, packs };
  } catch (error) {
    signal.throwIfAborted();
    // The vault does not answer: nothing is wrong with the node.
    if (isDatabaseLost(error) || !isDamage(error)) throw error;
    await port.setNodeProblem({ node, problem: errorInfo(knownError(error)), retryMs: NODE_RETRY_MS });
    const finding = findingOf(error);
    if (finding !== null) await port.damaged([finding], node.pointId);
    return null;
  }
}

/** A root as it is counted. */
export function rootOf(ref: string): RootNode {
  const parsed: NodeRef = parseNodeRef(ref);
  return { ref: parsed, ...splitNodeRef(parsed) };
}
