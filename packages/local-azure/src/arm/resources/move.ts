/** Moves resources to another group of their subscription: new ids, everything else stays. */
import { z } from "zod";
import type { Operation, State } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { requireLinked } from "../authorization/linked.ts";
import { covers } from "../authorization/roles.ts";
import { ArmError, invalidRequestContent, resourceGroupNotFound } from "../errors.ts";
import { keyOf, nameOf } from "../ids.ts";
import type { ArmPart, Work } from "../part.ts";
import { findTracked, groupOf } from "../resource-types.ts";
import { type ArmCall, type ArmReply, routes } from "../router.ts";
import { notHere } from "../vms/vm-errors.ts";
import { type MoveRequest, planMove } from "./move-rules.ts";
import { operationResult } from "./resource-groups.ts";

/** learn.microsoft.com/azure/azure-resource-manager/management/move-resource-group-and-subscription */
const MAX_RESOURCES = 800;

const moveBody = z.object({
  resources: z.array(z.string()).min(1).max(MAX_RESOURCES),
  targetResourceGroup: z.string(),
});
const moveInput = z.object({ resources: z.array(z.string()), group: z.string() });

function begin(kind: "resources.move" | "resources.validateMove"): (call: ArmCall) => Promise<ArmReply> {
  return async (call) => {
    const source = groupOf(call);
    const parsed = moveBody.safeParse(call.body);
    if (!parsed.success)
      throw invalidRequestContent(
        "The request content was invalid and could not be deserialized: 'resources and targetResourceGroup are required.'.",
      );
    const { resources, targetResourceGroup } = parsed.data;
    const target = targetOf(call, targetResourceGroup);
    if (keyOf(target.name) === keyOf(source.group))
      throw new ArmError(
        { status: 409, code: "ConflictingUserInput" },
        "Source and destination resource groups are the same.",
      );
    const outside = resources.find((id) => !covers(call.scope, id));
    if (outside !== undefined)
      throw new ArmError(
        { status: 400, code: "InvalidMoveResources" },
        `The resource '${outside}' is not in the source resource group '${source.group}'.`,
      );
    const operation = await call.world.operations.start({
      kind,
      family: "operationresults",
      location: source.location,
      target: target.id,
      input: { resources, group: target.name },
      subscriptionId: source.subscriptionId,
      principalId: call.principal.oid,
      ...(call.failOperation ? { refusal: call.failOperation } : {}),
    });
    return operationResult(call, operation);
  };
}

/** The target group: it exists, the caller may write to it, and no lock makes it read only. */
function targetOf(call: ArmCall, id: string): { id: string; name: string } {
  const { state } = call.world;
  const [, subscription] = /^\/subscriptions\/([^/]+)\/resourceGroups\/[^/]+\/?$/i.exec(id) ?? [];
  if (subscription === undefined)
    throw new ArmError(
      { status: 400, code: "InvalidTargetResourceGroup" },
      `The target resource group id '${id}' is not valid.`,
    );
  if (keyOf(subscription) !== keyOf(call.params["subscription"] ?? ""))
    throw notHere("move resources to another subscription");
  const target = state.resourceGroups[keyOf(id).replace(/\/$/, "")];
  if (!target) throw resourceGroupNotFound(nameOf(id));
  requireLinked(call, "Microsoft.Resources/subscriptions/resourceGroups/write", target.id);
  const lock = Object.values(state.locks).find(
    ({ scope, level }) => level === "ReadOnly" && (covers(scope, target.id) || isMoved(call, scope)),
  );
  if (lock)
    throw new ArmError(
      { status: 409, code: "ScopeLocked" },
      `The scope '${target.id}' cannot perform write operation because following scope(s) are locked: '${lock.scope}'. Please remove the lock and try again.`,
    );
  return target;
}

function isMoved(call: ArmCall, scope: string): boolean {
  const ids = moveBody.safeParse(call.body).data?.resources ?? [];
  return ids.some((id) => keyOf(id) === keyOf(scope));
}

function requestOf(world: World, { id, input, subscriptionId }: Operation): MoveRequest {
  const { group } = moveInput.parse(input);
  return { group, time: world.clock.now(), subscriptionId, operationId: id };
}

/** Moves the resources that are not there yet: a second run after a crash ends the first. */
async function move(world: World, operation: Operation): Promise<undefined> {
  const { resources, group } = moveInput.parse(operation.input);
  const { state } = world;
  // All ids change in one tick, or none.
  const moved = new Map<string, string>();
  const left = resources.filter((id) => !isThere(state, id, group));
  for (const { type, resource, newId } of planMove(state, left, requestOf(world, operation))) {
    const records = type.records(state);
    const key = keyOf(resource.id);
    moved.set(key, newId);
    delete records[key];
    Object.assign(resource, { id: newId, resourceGroup: group });
    records[keyOf(newId)] = resource;
  }
  renameReferences(state, moved);
  await world.store.flush();
  return undefined;
}

/** Whether an earlier run moved a resource. */
function isThere(state: State, id: string, group: string): boolean {
  const newId = id.replace(/(\/resourceGroups\/)[^/]+/i, `$1${group}`);
  return findTracked(state, id) === undefined && findTracked(state, newId) !== undefined;
}

/**
 * Points VMs, disks, interfaces and open access to the new ids. Restore point collections, restore
 * points and snapshots keep naming the old ones: for them the resource is gone.
 */
function renameReferences(state: State, moved: ReadonlyMap<string, string>): void {
  const renamed = (id: string): string => moved.get(keyOf(id)) ?? id;
  const optional = (record: object, field: string, id: string | undefined): void => {
    if (id !== undefined) Object.assign(record, { [field]: renamed(id) });
  };
  for (const vm of Object.values(state.vms)) {
    for (const disk of [vm.osDisk, ...vm.dataDisks]) disk.diskId = renamed(disk.diskId);
    vm.networkInterfaces = vm.networkInterfaces.map(renamed);
    optional(vm, "availabilitySetId", vm.availabilitySetId);
    if (vm.nicDeleteOptions)
      vm.nicDeleteOptions = Object.fromEntries(
        Object.entries(vm.nicDeleteOptions).map(([key, value]) => [keyOf(renamed(key)), value]),
      );
  }
  for (const disk of Object.values(state.disks)) {
    optional(disk, "managedBy", disk.managedBy);
    if (disk.managedByExtended) disk.managedByExtended = disk.managedByExtended.map(renamed);
  }
  for (const nic of Object.values(state.networkInterfaces)) {
    const [, net = "", rest = ""] = /^(.*?)(\/subnets\/.*)$/i.exec(nic.subnetId) ?? [];
    nic.subnetId = `${renamed(net)}${rest}`;
    optional(nic, "vmId", nic.vmId);
    optional(nic, "publicIpAddressId", nic.publicIpAddressId);
    optional(nic, "networkSecurityGroupId", nic.networkSecurityGroupId);
  }
  for (const grant of Object.values(state.grants)) grant.resourceId = keyOf(renamed(grant.resourceId));
}

const validateWork: Work = {
  run: async (world, operation) => {
    planMove(world.state, moveInput.parse(operation.input).resources, requestOf(world, operation));
    return undefined;
  },
};

const one = "/subscriptions/{subscription}/resourceGroups/{group}";

export const moves: ArmPart = {
  routes: routes(
    { name: "resources", api: "resources" },
    {
      moveResources: ["POST", `${one}/moveResources`, begin("resources.move")],
      validateMoveResources: ["POST", `${one}/validateMoveResources`, begin("resources.validateMove")],
    },
  ),
  work: { "resources.move": { run: move }, "resources.validateMove": validateWork },
};
