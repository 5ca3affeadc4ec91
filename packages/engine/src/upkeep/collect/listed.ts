/**
 * Compares the manifests that the storage lists with the accounts. The list decides what must be kept: the database may be older
 * than the vault, and a writer may come back late.
 *
 * A manifest that does not open, or whose point was deleted, is kept out and named. It stops nothing.
 */
import { isDatabaseLost, knownError, type ListedPoint } from "@kluis/db";
import { errorInfo, findingOf, isKluisError, isOfOneObject, KluisError } from "@kluis/domain";
import { pointName } from "@kluis/vault";
import { NODE_RETRY_MS, rootOf } from "./account.ts";
import type { KeptOut, ListedPort } from "./port.ts";

/** Manifests that one query looks up. */
const AT_ONCE = 500;
/** Manifests that are kept out and named. */
const NAMED = 1_000;

export interface ListedParts {
  readonly port: ListedPort;
  readonly vault: {
    readonly getManifest: (
      pointId: string,
      signal: AbortSignal,
    ) => Promise<{ readonly manifest: ListedManifest }>;
  };
  readonly hasManifest: (pointId: string, signal: AbortSignal) => Promise<boolean>;
  /** Points whose manifest the storage lists. The list may be older than the accounts. */
  readonly listed: Iterable<string>;
  readonly signal: AbortSignal;
}

interface ListedManifest {
  readonly jobId: string;
  readonly disks: readonly { readonly root: string | null }[];
}

/** Accounts manifests that no row of this database names, and returns those that are kept out. */
export async function accountListed(parts: ListedParts): Promise<readonly KeptOut[]> {
  const { port, listed } = parts;
  const gone = new Set((await port.keptOut(NAMED)).map(({ pointId }) => pointId));
  const foreign = new Set(await port.foreign());
  for (const pointIds of portions(listed)) {
    for (const pointId of pointIds) {
      gone.delete(pointId);
      foreign.delete(pointId);
    }
    for (const point of await port.known(pointIds)) await lookAt(parts, point);
  }
  // Only their manifest said that they are needed.
  for (const pointId of await without(parts, foreign)) await port.removeAccount(pointId);
  const forgotten = await without(parts, gone);
  if (forgotten.length > 0) await port.forgetKeptOut(forgotten);
  return port.keptOut(NAMED);
}

/** Those without a manifest: one that the list lacks may have been written since. */
async function without(
  { hasManifest, signal }: ListedParts,
  pointIds: ReadonlySet<string>,
): Promise<readonly string[]> {
  const absent: string[] = [];
  for (const pointId of pointIds) if (!(await hasManifest(pointId, signal))) absent.push(pointId);
  return absent;
}

const counted: ReadonlySet<string | null> = new Set(["waiting", "accounted", "foreign", "leaving"]);

async function lookAt(parts: ListedParts, point: ListedPoint): Promise<void> {
  const { port, signal } = parts;
  const { pointId, state, pointState, isDue } = point;
  // With `deleting` its deletion has begun, and nothing stops it.
  if (counted.has(state) || !isDue || pointState === "deleting") return;
  try {
    if (pointState === "deleted") await lookAtReplayed(parts, pointId);
    else if (pointState === null) await lookAtUnknown(parts, pointId);
    // Its row says what it needs, whether or not the manifest opens.
    else
      await port.addFound({ pointId, roots: (await port.rootsOf(pointId)).map(rootOf), state: "accounted" });
  } catch (error) {
    signal.throwIfAborted();
    if (isDatabaseLost(error) || !isOfOneObject(error)) throw error;
    // It was deleted since the list was read.
    if (pointState === null && isKluisError(error, "VAULT_OBJECT_MISSING")) return;
    const problem = errorInfo(knownError(error));
    await port.keepOut({ pointId, state: "unreadable", problem, retryMs: NODE_RETRY_MS });
    const finding = findingOf(error);
    // Other objects are junk and not damage: the database has a recovery point for each real one.
    if (finding !== null && pointState !== null) await port.damaged([finding], pointId);
  }
}

/** A list may be older than the deletion, so the manifest is looked for. */
async function lookAtReplayed({ port, hasManifest, signal }: ListedParts, pointId: string): Promise<void> {
  if (!(await hasManifest(pointId, signal))) return;
  const problem = errorInfo(
    new KluisError("VAULT_OBJECT_EXISTS", {
      message: `The manifest of the deleted recovery point ${pointId} is in the vault again.`,
      action: "Find out who wrote it. Nothing of it is kept: delete the object.",
      params: { object: pointName(pointId) },
    }),
  );
  await port.keepOut({ pointId, state: "replayed", problem, retryMs: NODE_RETRY_MS });
}

async function lookAtUnknown({ port, vault, signal }: ListedParts, pointId: string): Promise<void> {
  const { manifest } = await vault.getManifest(pointId, signal);
  const { jobId } = manifest;
  // An open job holds its packs, and adds the point next.
  if ((await port.removeOrphan({ pointId, jobId })) || (await port.isJobOpen(jobId))) return;
  const roots = manifest.disks.flatMap(({ root }) => (root === null ? [] : [rootOf(root)]));
  await port.addFound({ pointId, roots, state: "foreign" });
}

function* portions(pointIds: Iterable<string>): Generator<readonly string[]> {
  let portion: string[] = [];
  for (const pointId of pointIds) {
    portion.push(pointId);
    if (portion.length < AT_ONCE) continue;
    yield portion;
    portion = [];
  }
  if (portion.length > 0) yield portion;
}
