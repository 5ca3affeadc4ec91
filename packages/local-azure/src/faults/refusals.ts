/**
 * Azure's refusals: status, code, sentence, and where each applies. Sources: Microsoft's pages of
 * common errors (Resource Manager, virtual machines, restore points, blob service) and recorded
 * answers. A new one is a name in `refusal-names.ts` and a row in one of the tables.
 */
import type { Refusal } from "./refusal-kinds.ts";
import { type RefusalName, refusalNames } from "./refusal-names.ts";
import { blobRefusals } from "./refusals-blob.ts";
import { computeRefusals } from "./refusals-compute.ts";
import { frontDoorRefusals } from "./refusals-front-door.ts";
import { guestRefusals } from "./refusals-guest.ts";
import { requestRefusals } from "./refusals-requests.ts";

export const refusals: Record<RefusalName, Refusal> = {
  ...frontDoorRefusals,
  ...requestRefusals,
  ...computeRefusals,
  ...guestRefusals,
  ...blobRefusals,
};

/** The table of refusals in Markdown, as the README has it. */
export function refusalTable(): string {
  const lines = refusalNames.map((name) => {
    const { status, code, places, on } = refusals[name];
    return `| \`${name}\` | ${status} \`${code}\` | ${places.join(", ")} | ${on.label} |`;
  });
  return ["| reason | answer | in | calls |", "|---|---|---|---|", ...lines].join("\n");
}
