/** The end of a protection, as a user requests it. */
import { stopOperation } from "@kluis/db/actions";
import { KluisError, type Ref } from "@kluis/domain";
import type { z } from "zod";
import { askSecondPerson } from "../approvals/ask.ts";
import type { SignedInContext } from "../context.ts";
import { lookupVmFor } from "../lookup.ts";
import type { StopProtectionInput } from "./inputs.ts";
import type { stoppedView } from "./view.ts";

type Stopped = z.input<typeof stoppedView>;

/**
 * Ends the scheduled backups of a VM; its recovery points stay. Their deletion, also for a VM that is not protected any more, is requested:
 * a second person must approve it.
 * @throws KluisError VM_NOT_FOUND, FORBIDDEN, VM_NOT_PROTECTED, INPUT_INVALID without a confirmation or a reason to delete, CONFLICT when too many requests wait
 */
export async function stopProtection(ctx: SignedInContext, input: StopProtectionInput): Promise<Stopped> {
  const vm = await lookupVmFor(ctx, "protection:write", input.vm);
  const { reason, ticket, expiresInHours, deletePoints } = input;
  if (deletePoints !== undefined) {
    await lookupVmFor(ctx, "point:delete", input.vm);
    mustBeConfirmed(vm, { reason, confirm: deletePoints.confirm });
  }
  const { done, requested } = await askSecondPerson(ctx, stopOperation, {
    input: { vmId: vm.id, deletes: deletePoints !== undefined },
    reason,
    ticket,
    expiresInHours,
  });
  return { vm, deleted: done?.deleted ?? null, requested };
}

function mustBeConfirmed(
  { name }: Ref,
  { reason, confirm }: { readonly reason: string; readonly confirm: string },
): void {
  if (confirm !== name) {
    throw new KluisError("INPUT_INVALID", {
      reason: "fields",
      message: `The confirmation is not the name of the virtual machine, ${name}.`,
      action: "Type the name of the virtual machine to delete its recovery points.",
      params: { fields: "confirm" },
    });
  }
  if (reason !== "") return;
  throw new KluisError("INPUT_INVALID", {
    reason: "fields",
    message: "The deletion of recovery points needs a reason.",
    action: "Say why.",
    params: { fields: "reason" },
  });
}
