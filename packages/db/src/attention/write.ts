/** Raises and clears what needs attention. The row exists while it does; the ledger has both events. */
import {
  type Attention,
  engineActor,
  type LedgerDraft,
  type LedgerTarget,
  noticeText,
  vaultOfAttention,
} from "@kluis/domain";
import { toJson, toJsonOrNull } from "../json.ts";
import { appendEvents } from "../ledger/append.ts";
import { teamsOfVm } from "../teams/work.ts";
import { isUuid } from "../text.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";

/**
 * Raises something that needs attention, once by its key. Raising it again updates its sentence and error, without an event. Call it
 * last in the transaction, as `appendEvents`. Nothing is raised about a vault that was removed.
 * @returns whether it is new
 */
export async function raiseAttention(tx: Tx, attention: Attention): Promise<boolean> {
  const { key, kind, vmId = null, notice, error = null } = attention;
  if (await isOfRemovedVault(tx, key)) return false;
  const at = await databaseNow(tx);
  const said = { notice: toJson(notice), message: noticeText(notice), error: toJsonOrNull(error) };
  const { count } = await tx.attention.createMany({
    data: { key, kind, vmId, ...said, raisedAt: at, changedAt: at },
    skipDuplicates: true,
  });
  if (count === 0) {
    await tx.attention.updateMany({ where: { key }, data: { ...said, changedAt: at } });
    return false;
  }
  const data = { key, kind, message: said.message, notice, error };
  await append(tx, at, { kind: "attention.raised", vmId, data });
  return true;
}

/** The removal of the vault waits for this transaction, and then clears what was raised. */
async function isOfRemovedVault(tx: Tx, key: string): Promise<boolean> {
  const vaultId = vaultOfAttention(key);
  if (vaultId === null || !isUuid(vaultId)) return false;
  const found: unknown = await tx.$queryRaw`
    SELECT id::text FROM "Vault" WHERE id = ${vaultId}::uuid FOR KEY SHARE`;
  return Array.isArray(found) && found.length === 0;
}

/**
 * Clears what was raised with a key; nothing happens when it is not raised. Call it last in the transaction, as `appendEvents`.
 * @returns whether it was raised
 */
export async function clearAttention(tx: Tx, key: Attention["key"]): Promise<boolean> {
  const row = await tx.attention.findUnique({ where: { key } });
  if (row === null) return false;
  const { count } = await tx.attention.deleteMany({ where: { key } });
  if (count === 0) return false;
  const { kind, vmId, message, raisedAt } = row;
  const data = { key, kind, message, raisedAt: raisedAt.toISOString() };
  await append(tx, await databaseNow(tx), { kind: "attention.cleared", vmId, data });
  return true;
}

async function append(
  tx: Tx,
  at: Date,
  { kind, vmId, data }: Pick<LedgerDraft, "kind" | "data"> & { readonly vmId: string | null },
): Promise<void> {
  const shared = { kind, actor: engineActor, ...(data === undefined ? {} : { data }) };
  const draft: LedgerDraft =
    vmId === null
      ? { ...shared, target: { type: "installation", id: "installation", name: "Kluis" } }
      : { ...shared, target: await vmTarget(tx, vmId), vmId, teamIds: await teamsOfVm(tx, vmId) };
  await appendEvents(tx, { now: () => at }, [draft]);
}

async function vmTarget(tx: Tx, vmId: string): Promise<LedgerTarget> {
  const vm = await tx.virtualMachine.findUnique({ where: { id: vmId }, select: { name: true } });
  return { type: "vm", id: vmId, name: vm?.name ?? vmId };
}
