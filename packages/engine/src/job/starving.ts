/** Snapshots that newer ones replace before their transfer: the newer one takes their place, and many in a row are raised. */
import { clearAttention, findSuccessor, inheritReplaced, raiseAttention, type Tx } from "@kluis/db";
import { isStarved, notice, type ReplacedTransfer } from "@kluis/domain";

interface StarvingVm {
  readonly id: string;
  readonly name: string;
}

/** Lets a transfer take over from those that its snapshot replaces. Call it last in the transaction. */
export async function takeOver(
  tx: Tx,
  job: { readonly id: string; readonly vm: StarvingVm | null },
  replaced: readonly ReplacedTransfer[],
): Promise<void> {
  const inherited = await inheritReplaced(tx, job.id, replaced);
  if (inherited === null || job.vm === null || !isStarved(inherited)) return;
  const { id: vmId, name } = job.vm;
  const said = notice("transfer-starved", { vm: name, times: inherited.replacedCount });
  await raiseAttention(tx, { key: starvingKey(vmId), kind: "transfer", vmId, notice: said });
}

/** Passes the place of a transfer that is given up on to the newest one of its VM. Call it last in the transaction. */
export async function passOn(
  tx: Tx,
  job: { readonly id: string; readonly vm: StarvingVm | null },
): Promise<void> {
  const successor = await findSuccessor(tx, job.id);
  if (successor !== null) await takeOver(tx, { id: successor.id, vm: job.vm }, [successor.replaced]);
}

/** A recovery point of the VM was made. Call it last in the transaction. */
export async function noteFed(tx: Tx, vmId: string): Promise<void> {
  await clearAttention(tx, starvingKey(vmId));
  await clearAttention(tx, unrecordedKey(vmId));
}

function starvingKey(vmId: string): `transfer:starved-${string}` {
  return `transfer:starved-${vmId}`;
}

/** The attention for a VM whose backup was moved and has no recovery point; its next point clears it. */
export function unrecordedKey(vmId: string): `transfer:unrecorded-${string}` {
  return `transfer:unrecorded-${vmId}`;
}
