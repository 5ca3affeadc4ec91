/** Requests for changes of configuration. */
import { findPermit, readGuardrails } from "@kluis/db";
import { type ChangeKind, isPermittedChangeKind, KluisError } from "@kluis/domain";
import { askSecondPerson } from "../approvals/ask.ts";
import type { OnlyAsked } from "../approvals/view.ts";
import type { SignedInContext } from "../context.ts";
import { changeInputs, type RequestChangeInput, storedInput } from "./inputs.ts";
import { changeOperation } from "./operation.ts";

/**
 * Requests a change of configuration. Stores no secret of its input.
 * @throws KluisError of the change, as if it were made; CONFLICT where it needs no second person, or is permitted already
 */
export async function requestChange(
  ctx: SignedInContext,
  { change: kind, input: given, ...asking }: RequestChangeInput,
): Promise<OnlyAsked> {
  const input = changeInputs[kind].parse(given);
  const operation = changeOperation(kind);
  const { requested } = await askSecondPerson(
    ctx,
    {
      ...operation,
      look: async (acting, tx, parsed) => {
        const look = await operation.look(acting, tx, parsed);
        if ((await readGuardrails(tx)).approvals?.configuration !== "enforced") throw unneeded();
        if (isPermittedChangeKind(kind)) {
          const personId = acting.who.person.id;
          const permit = await findPermit(tx, { kind, input: storedInput(kind, parsed), personId });
          if (permit !== null) throw permitOpen(permit.id, kind);
        }
        return look;
      },
    },
    { ...asking, input },
  );
  if (requested !== null) return { requested };
  throw new KluisError("INTERNAL", { message: "A change of configuration was not requested." });
}

function unneeded(): KluisError {
  return new KluisError("CONFLICT", {
    reason: "second-person-unneeded",
    message: "No guardrail requires a second person for changes of configuration.",
    action: "Make the change.",
  });
}

function permitOpen(id: string, change: ChangeKind): KluisError {
  return new KluisError("CONFLICT", {
    reason: "permit-open",
    message: "This change was approved, and you have not made it yet.",
    action: "Make it now.",
    params: { approval: id, change },
  });
}
