/** Resource groups: create, tag, list, and delete with everything inside. */
import { z } from "zod";
import type { Operation, ResourceGroup } from "../../state/model.ts";
import { tagsSchema } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { isAllowed } from "../authorization/roles.ts";
import { forgetScope } from "../authorization/scopes.ts";
import { locationRequired } from "../body.ts";
import { ArmError, invalidRequestContent, resourceGroupNotFound } from "../errors.ts";
import { groupId, keyOf, regionOf } from "../ids.ts";
import { page } from "../lists.ts";
import { disconnectVm } from "../network/connect.ts";
import type { ArmPart } from "../part.ts";
import { checkTags, groupBeingDeleted } from "../request-checks.ts";
import { trackedTypes } from "../resource-types.ts";
import { type ArmCall, type ArmReply, param, routes } from "../router.ts";
import { releaseDisk } from "../vms/attach.ts";
import { hasTag, parseFilter, passes, withoutTags } from "./filter.ts";
import { isRegion, locations } from "./locations.ts";

const all = "/subscriptions/{subscription}/resourceGroups";
const one = `${all}/{group}`;
const RETRY_AFTER_SECONDS = "15";
/** A poll waits this long for a deletion that is about to end. */
const SETTLE_MS = 400;

function groupBody(group: ResourceGroup): object {
  return {
    id: group.id,
    name: group.name,
    type: "Microsoft.Resources/resourceGroups",
    location: group.location,
    ...(group.tags ? { tags: group.tags } : {}),
    properties: { provisioningState: group.deleting === true ? "Deleting" : "Succeeded" },
  };
}

/** Lists the groups that the caller may read. */
function list(call: ArmCall): ArmReply {
  const { state } = call.world;
  const prefix = keyOf(groupId(param(call, "subscription"), ""));
  const { tag, rest } = withoutTags(parseFilter(call.query.get("$filter")));
  const found = Object.entries(state.resourceGroups)
    .filter(([key]) => key.startsWith(prefix))
    .map(([, group]) => group)
    .filter((group) => isAllowed(state, call.principal, { action: call.action, scope: group.id }))
    .filter(({ name, location, tags }) => hasTag(tags, tag) && passes(rest, { name, location }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return page(call, found, groupBody);
}

function keyOfCall(call: ArmCall): string {
  return keyOf(groupId(param(call, "subscription"), param(call, "group")));
}

function groupOfCall(call: ArmCall): ResourceGroup {
  const found = call.world.state.resourceGroups[keyOfCall(call)];
  if (found) return found;
  throw resourceGroupNotFound(param(call, "group"));
}

function get(call: ArmCall): ArmReply {
  return { status: 200, body: groupBody(groupOfCall(call)) };
}

const putBody = z.object({
  location: z.string().nullish(),
  tags: tagsSchema.nullable(),
  managedBy: z.string().nullish(),
});

async function put(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  const name = param(call, "group");
  checkGroupName(name);
  const body = putBody.safeParse(call.body);
  if (!body.success)
    throw invalidRequestContent(
      "The request content was invalid and could not be deserialized: 'location and tags are text'.",
    );
  const { location, tags } = body.data;
  if (typeof location !== "string" || location === "") throw locationRequired();
  checkTags(tags);
  const region = regionOf(location);
  const existing = world.state.resourceGroups[keyOfCall(call)];
  if (existing) {
    if (existing.deleting === true) throw groupBeingDeleted(existing.name);
    if (existing.location !== region) throw otherLocation(region, existing.location);
  }
  if (!isRegion(region)) throw locationNotAvailable(location);
  const subscriptionId =
    world.state.subscriptions[param(call, "subscription").toLowerCase()]?.id ?? param(call, "subscription");
  const { tags: _, ...kept } = existing ?? {
    id: groupId(subscriptionId, name),
    name,
    subscriptionId,
    location: region,
    tags: undefined,
  };
  const group: ResourceGroup = { ...kept, ...(tags ? { tags } : {}) };
  world.state.resourceGroups[keyOfCall(call)] = group;
  await world.store.flush();
  return { status: existing ? 200 : 201, body: groupBody(group) };
}

/** learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
function checkGroupName(name: string): void {
  const wrong = [...new Set(name.match(/[^\p{L}\p{N}\-_.()]/gu))];
  if (wrong.length > 0)
    throw new ArmError(
      { status: 400, code: "InvalidResourceGroup" },
      `The provided resource group name '${name}' has these invalid characters: '${wrong.join("")}'. The name can only be a letter, digit, '-', '.', '(', ')' or '_'.`,
    );
  if (name.length > 90 || name.endsWith("."))
    throw new ArmError(
      { status: 400, code: "InvalidResourceGroup" },
      `The provided resource group name '${name}' is invalid. The name must have at most 90 characters and cannot end with a period.`,
    );
}

function otherLocation(wanted: string, existing: string): ArmError {
  return new ArmError(
    { status: 409, code: "InvalidResourceGroupLocation" },
    `Invalid resource group location '${wanted}'. The Resource group already exists in location '${existing}'.`,
  );
}

function locationNotAvailable(location: string): ArmError {
  return new ArmError(
    { status: 400, code: "LocationNotAvailableForResourceGroup" },
    `The provided location '${location}' is not available for resource group. List of available regions is '${locations.join(",")}'.`,
  );
}

async function patch(call: ArmCall): Promise<ArmReply> {
  const group = groupOfCall(call);
  if (group.deleting === true) throw groupBeingDeleted(group.name);
  const body = z.object({ tags: tagsSchema }).safeParse(call.body);
  if (!body.success)
    throw invalidRequestContent("The request content was invalid and could not be deserialized: 'tags'.");
  checkTags(body.data.tags);
  if (body.data.tags) group.tags = body.data.tags;
  await call.world.store.flush();
  return { status: 200, body: groupBody(group) };
}

/** 202 with `Location` only, as Resource Manager answers the deletion of a group. */
async function remove(call: ArmCall): Promise<ArmReply> {
  const group = groupOfCall(call);
  group.deleting = true;
  const operation = await call.world.operations.start({
    kind: "resourceGroups.delete",
    family: "operationresults",
    location: group.location,
    target: group.id,
    input: {},
    subscriptionId: group.subscriptionId,
    principalId: call.principal.oid,
  });
  return operationResult(call, operation);
}

/** 202 with the link to the operation's result. */
export function operationResult(call: ArmCall, operation: Operation): ArmReply {
  return { status: 202, headers: pollingHeaders(call, operation) };
}

function pollingHeaders(call: ArmCall, operation: Operation): Record<string, string> {
  const version = call.query.get("api-version") ?? "";
  return {
    location: `${call.world.armPublicUrl}/subscriptions/${operation.subscriptionId}/operationresults/${operation.id}?api-version=${version}`,
    "retry-after": RETRY_AFTER_SECONDS,
  };
}

async function poll(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  const operation = world.state.operations[param(call, "operation")];
  if (operation?.family !== "operationresults") {
    throw new ArmError(
      { status: 404, code: "OperationNotFound" },
      `The operation '${param(call, "operation")}' could not be found.`,
    );
  }
  await world.operations.settle(operation, SETTLE_MS);
  if (!world.operations.ended(operation)) return { status: 202, headers: pollingHeaders(call, operation) };
  // A move ends without content (REST specification), a deletion of a group with 200.
  if (operation.status !== "Failed") return { status: operation.kind.startsWith("resources.") ? 204 : 200 };
  const { code, message, details } = operation.error ?? { code: "InternalServerError", message: "Unknown" };
  throw new ArmError({ status: 409, code }, message, details ? { details } : {});
}

/** Removes everything in a group. The content of disks follows when nothing uses it. */
async function deleteGroup(world: World, { target }: Operation): Promise<undefined> {
  const { state } = world;
  const inside = `${keyOf(target)}/`;
  releaseFromVms(world, inside);
  const records = [
    ...trackedTypes().map((type) => type.records(state)),
    state.restorePoints,
    state.locks,
  ] as Record<string, unknown>[];
  for (const record of records)
    for (const key of Object.keys(record)) if (key.startsWith(inside)) delete record[key];
  for (const [id, grant] of Object.entries(state.grants))
    if (grant.resourceId.startsWith(inside)) delete state.grants[id];
  forgetScope(state, target);
  delete state.resourceGroups[keyOf(target)];
  await world.store.flush();
  await world.layers.collect();
  return undefined;
}

/** Detaches disks and interfaces in other groups, which stay. */
function releaseFromVms(world: World, inside: string): void {
  for (const [key, vm] of Object.entries(world.state.vms)) {
    if (!key.startsWith(inside)) continue;
    for (const { diskId } of [vm.osDisk, ...vm.dataDisks]) releaseDisk(world, diskId, vm.id);
    disconnectVm(world.state, vm);
  }
}

export const resourceGroups: ArmPart = {
  routes: [
    ...routes({ name: "resourceGroups", api: "resources", access: "filtered" }, { list: ["GET", all, list] }),
    ...routes(
      { name: "resourceGroups", api: "resources" },
      {
        get: ["GET", one, get],
        createOrUpdate: ["PUT", one, put],
        update: ["PATCH", one, patch],
        delete: ["DELETE", one, remove],
      },
    ),
    ...routes(
      { name: "resourceGroups", api: "resources", access: "filtered" },
      { operationResult: ["GET", "/subscriptions/{subscription}/operationresults/{operation}", poll] },
    ),
  ],
  work: {
    "resourceGroups.delete": {
      run: deleteGroup,
      failed: ({ state }, { target }) => {
        delete state.resourceGroups[keyOf(target)]?.deleting;
      },
    },
  },
};
