/** Raises and clears the attention that stuck removals need, one for each VM. */
import {
  clearAttention,
  inTransaction,
  listRaisedRemovals,
  listStuckRemovals,
  raiseAttention,
  type StuckRemovals,
} from "@kluis/db";
import { type Attention, notice, noticeText } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";

/** VMs whose removals one run raises. Others follow with the next runs. */
const RAISED_MOST = 200;

type RemovalKey = `azure-removal:${string}`;

/** Compares stuck removals with the raised attention. Runs after each turn of the reconciler; two at once have the same result. */
export async function refreshRemovalAttention(deps: Pick<EngineDeps, "db">): Promise<void> {
  const stuck = await listStuckRemovals(deps.db.prisma, RAISED_MOST);
  const raised = new Map(
    (await listRaisedRemovals(deps.db.prisma)).map(({ key, message }) => [key, message]),
  );
  for (const attention of stuck.map(attentionOf)) {
    const before = raised.get(attention.key);
    raised.delete(attention.key);
    if (before === noticeText(attention.notice)) continue;
    await inTransaction(deps.db, (tx) => raiseAttention(tx, attention));
  }
  if (stuck.length === RAISED_MOST) return;
  for (const key of raised.keys()) {
    if (isRemovalKey(key)) await inTransaction(deps.db, (tx) => clearAttention(tx, key));
  }
}

function isRemovalKey(key: string): key is RemovalKey {
  return key.startsWith("azure-removal:");
}

function attentionOf({ vmId, count, resourceId, error }: StuckRemovals): Attention {
  const [type = "", name = ""] = resourceId.split("/").slice(-2);
  return {
    key: `azure-removal:${vmId ?? "none"}`,
    kind: "azure-removal",
    vmId,
    notice: notice("removal-stuck", { count, resource: `${type}/${name}` }),
    error,
  };
}
