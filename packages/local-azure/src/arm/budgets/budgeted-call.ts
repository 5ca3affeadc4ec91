/** Which budgets a request is charged to: its name, the resource that it is about, the VM of a new point. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { World } from "../../world.ts";
import { ArmError } from "../errors.ts";
import { keyOf } from "../ids.ts";
import type { ArmCall, ArmReply } from "../router.ts";
import type { BudgetedCall } from "./budgets.ts";

interface Named {
  method: string;
  /** Name of the call: `restorePoints.create`. */
  operation: string;
}

/** Charges a call, serves it, and adds the headers with the tokens that remain. @throws ArmError 429 */
export async function charged(
  call: ArmCall,
  named: Named,
  serve: () => Promise<ArmReply> | ArmReply,
): Promise<ArmReply> {
  const charge = call.world.budgets.charge(budgetedCall(call, named));
  // A provider has its own id for each request; Resource Manager's is the correlation id.
  const own = {
    ...(ofProvider.test(call.url.pathname) ? { "x-ms-request-id": randomUUID() } : {}),
    ...(ofVms.test(call.url.pathname) ? { "x-ms-need-to-refresh-epl-cache": "False" } : {}),
  };
  try {
    const reply = await serve();
    if (reply.status < 300) charge.accepted();
    return { ...reply, headers: { ...own, ...charge.headers(), ...reply.headers } };
  } catch (error) {
    throw error instanceof ArmError ? error.with({ ...own, ...charge.headers() }) : error;
  }
}

/** VMs, their extensions and their operations: recorded in azure-cli test_vm_extension. */
const ofVms = /\/providers\/microsoft\.compute\/(virtualmachines|locations\/[^/]+\/operations)(\/|$)/i;
const ofProvider = /\/providers\/microsoft\.(compute|network)\//i;

const crashConsistentBody = z.object({
  properties: z.object({ consistencyMode: z.literal("CrashConsistent") }),
});

/** A VM, collection, disk or snapshot in an id of it or of something below it. */
const TOP_RESOURCE = /^(.*\/providers\/microsoft\.compute\/[^/]+\/[^/]+)/;

const topResource = (id: string): string => TOP_RESOURCE.exec(keyOf(id))?.[1] ?? keyOf(id);

function budgetedCall(call: ArmCall, { method, operation }: Named): BudgetedCall {
  const { world, params, url, body, principal } = call;
  const who = { method, principalId: principal.oid, subscriptionId: params["subscription"] ?? "" };
  if (operation === "operations.get") {
    const polled = world.state.operations[params["operation"] ?? ""];
    const name = polled?.family === "DiskOperations" ? "diskOperations.get" : operation;
    return { ...who, operation: name, resource: topResource(polled?.target ?? url.pathname) };
  }
  const resource = topResource(url.pathname);
  const point = operation === "restorePoints.create" ? newPoint(world, resource, body) : undefined;
  return { ...who, operation, resource, ...(point ? { point } : {}) };
}

/** The VM of a collection and the consistency that a new point requests, or the target of a copy. */
function newPoint(world: World, collection: string, body: unknown): BudgetedCall["point"] {
  const found = world.state.collections[collection];
  if (!found) return undefined;
  if (found.sourceCollectionId !== undefined) return { of: collection, kind: "copy" };
  const crash = crashConsistentBody.safeParse(body).success;
  return { of: keyOf(found.sourceVmId), kind: crash ? "crash" : "application" };
}
