/** Compares the manifest of a point with the ledger before a disk of it is read; the answer is kept for the ranges that follow. */
import { recordedManifestDigest, type StoredPoint } from "@kluis/db";
import { checkedManifest, type Vault } from "@kluis/vault";
import type { Api } from "../context.ts";
import { allocationMapsKept, allocationTimeoutMs } from "../limits.ts";

/** A point that was compared is not compared again within this time. */
const KEPT_MS = 10 * 60_000;

interface Compared {
  readonly at: number;
  readonly done: Promise<unknown>;
}

const comparedOf = new WeakMap<Vault, Map<string, Compared>>();

/** @throws KluisError VAULT_DATA_DAMAGED, VAULT_OBJECT_MISSING */
export async function requireRecordedPoint(
  api: Pick<Api, "db" | "clock">,
  vault: Vault,
  point: StoredPoint,
): Promise<void> {
  const compared = comparedOf.get(vault) ?? new Map<string, Compared>();
  comparedOf.set(vault, compared);
  const now = api.clock.now().getTime();
  const known = compared.get(point.id);
  const one =
    known !== undefined && now - known.at < KEPT_MS ? known : { at: now, done: compare(api, vault, point) };
  compared.delete(point.id);
  compared.set(point.id, one);
  one.done.catch(() => compared.delete(point.id));
  for (const oldest of compared.keys()) {
    if (compared.size <= allocationMapsKept) break;
    compared.delete(oldest);
  }
  await one.done;
}

async function compare({ db }: Pick<Api, "db">, vault: Vault, point: StoredPoint): Promise<void> {
  const recorded = await recordedManifestDigest(db.prisma, { id: point.id, vmId: point.vm.id });
  const digests = [point.manifestDigest, ...(recorded === null ? [] : [recorded])];
  const { id: pointId, disks } = point;
  await checkedManifest(vault, { pointId, digests, disks }, AbortSignal.timeout(allocationTimeoutMs));
}
