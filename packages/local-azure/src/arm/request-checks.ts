/** What Resource Manager checks in a request before the provider sees it: subscription, group, location, tags. */
import { z } from "zod";
import type { Subscription } from "../state/model.ts";
import { type PathShape, shapeOf } from "./actions.ts";
import { locationRequired } from "./body.ts";
import { ArmError, parentNotFound, resourceGroupNotFound, resourceNotFound } from "./errors.ts";
import { groupId, isResourceName, keyOf, nameOf, regionOf } from "./ids.ts";
import { findTracked, trackedTypes } from "./resource-types.ts";
import { isRegion, locations } from "./resources/locations.ts";
import { type ArmCall, type ArmRoute, segmentsOf } from "./router.ts";

/** Tags of a resource, a group or a subscription (learn.microsoft.com/azure/azure-resource-manager/management/tag-resources). */
const TAGS_LIMIT = 50;
const TAG_NAME_LIMIT = 512;
const TAG_VALUE_LIMIT = 256;

export const isWrite = (method: string): boolean => ["PUT", "PATCH", "POST"].includes(method);

/** Refuses writes to a subscription that is disabled. Reads and deletions stay possible. @throws ArmError 409 */
export function checkWritable(call: ArmCall, route: ArmRoute): void {
  if (!isWrite(route.method)) return;
  const id = call.params["subscription"];
  const state = id === undefined ? undefined : call.world.state.subscriptions[id.toLowerCase()]?.state;
  if (state === undefined || !readOnlyStates[state]) return;
  throw new ArmError(
    { status: 409, code: "ReadOnlyDisabledSubscription" },
    `The subscription '${id}' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled.`,
  );
}

/** learn.microsoft.com/azure/cost-management-billing/manage/subscription-states */
const readOnlyStates: Readonly<Record<NonNullable<Subscription["state"]>, boolean>> = {
  Enabled: false,
  PastDue: false,
  Warned: true,
  Disabled: true,
  Deleted: true,
};

/** Refuses a call below a resource group that does not exist, and writes to one being deleted. @throws ArmError 404, 409 */
export function checkGroup(call: ArmCall, route: ArmRoute): void {
  const { subscription, group } = call.params;
  if (subscription === undefined || group === undefined) return;
  const isGroupItself = route.pattern.toLowerCase().endsWith("/resourcegroups/{group}");
  const found = call.world.state.resourceGroups[keyOf(groupId(subscription, group))];
  if (!found) {
    if (isGroupItself) return;
    throw resourceGroupNotFound(group);
  }
  if (found.deleting === true && isWrite(route.method)) throw groupBeingDeleted(found.name);
}

/** Types of children whose parent Resource Manager looks up first. */
const childTypes = ["extensions", "runcommands", "restorepoints", "diskrestorepoints", "subnets"];
/** Segments of the id of a resource in a resource group. */
const RESOURCE_SEGMENTS = 8;

/** Refuses a call about a child whose parent does not exist. @throws ArmError 404 */
export function checkParent(call: ArmCall, route: ArmRoute): void {
  const { types } = shapeOf(route.segments);
  if (call.params["group"] === undefined) return;
  const child = types.slice(0, route.method === "POST" ? -1 : undefined);
  if (!childTypes.includes(child[1]?.toLowerCase() ?? "")) return;
  const segments = segmentsOf(call.scope);
  if (segments.length < RESOURCE_SEGMENTS || findTracked(call.world.state, call.scope)) return;
  const verb = route.method === "GET" ? "read" : route.method === "DELETE" ? "delete" : "write";
  throw parentNotFound(verb, child.join("/"), `/${segments.slice(0, RESOURCE_SEGMENTS).join("/")}`);
}

/** Refuses to read a resource that does not exist, or to act on it: its provider is not asked. @throws ArmError 404 */
export function checkExists(call: ArmCall, route: ArmRoute): void {
  const { namespace, types, end } = shapeOf(route.segments);
  const { group } = call.params;
  const isAction = route.method === "POST";
  if (group === undefined || !(isAction || (route.method === "GET" && end === "name"))) return;
  const [name, ...below] = isAction ? types.slice(0, -1) : types;
  if (name === undefined || below.length > 0) return;
  const type = trackedTypes().find(
    (known) => keyOf(`${known.namespace}/${known.name}`) === keyOf(`${namespace}/${name}`),
  );
  if (!type || findTracked(call.world.state, call.scope)) return;
  throw resourceNotFound(`${type.namespace}/${type.name}`, nameOf(call.scope), group);
}

export function groupBeingDeleted(name: string): ArmError {
  return new ArmError(
    { status: 409, code: "ResourceGroupBeingDeleted" },
    `The resource group '${name}' is in deprovisioning state and cannot perform this operation.`,
  );
}

const fields = z.object({ location: z.unknown(), tags: z.unknown() }).partial();

/** Checks name, location and tags of a PUT or PATCH in a resource group. @throws ArmError 400, 409 */
export function checkResource(call: ArmCall, route: ArmRoute): void {
  const shape = shapeOf(route.segments);
  if (route.method === "PUT") checkName(call, shape);
  if (!isTracked(shape) || call.params["group"] === undefined) return;
  if (route.method !== "PUT" && route.method !== "PATCH") return;
  const { location, tags } = fields.safeParse(call.body).data ?? {};
  if (route.method === "PUT") checkLocation(call, shape, location);
  checkTags(tags);
}

/** Whether a path names a resource of a provider, not a child of one. */
function isTracked({ namespace, types, end }: PathShape): boolean {
  const own = ["microsoft.resources", "microsoft.authorization"].includes(namespace.toLowerCase());
  return !own && types.length === 1 && end === "name";
}

function checkLocation(call: ArmCall, { namespace, types }: PathShape, location: unknown): void {
  if (typeof location !== "string" || location.trim() === "") throw locationRequired();
  const wanted = regionOf(location);
  const existing = findTracked(call.world.state, call.scope)?.resource;
  if (existing && existing.location !== wanted) {
    throw new ArmError(
      { status: 409, code: "InvalidResourceLocation" },
      `The resource '${nameOf(call.scope)}' already exists in location '${existing.location}' in resource group '${existing.resourceGroup}'. A resource with the same name cannot be created in location '${wanted}'. Please select a new resource name.`,
    );
  }
  if (isRegion(wanted)) return;
  throw new ArmError(
    { status: 400, code: "LocationNotAvailableForResourceType" },
    `The provided location '${location}' is not available for resource type '${namespace}/${types.join("/")}'. List of available regions for the resource type is '${locations.join(",")}'.`,
  );
}

/** Checks names, values and number of tags. @throws ArmError 400 */
export function checkTags(tags: unknown): void {
  const given = z.record(z.string(), z.unknown()).safeParse(tags).data ?? {};
  const names = Object.keys(given);
  const reserved = names.filter((name) => !/^(hidden-|link:)/i.test(name) && hasReserved(name));
  if (reserved.length > 0)
    throw invalidTags(
      "InvalidTagNameCharacters",
      `The tag names '${reserved.join(",")}' have reserved characters '<,>,%,&,\\,?,/' or control characters.`,
    );
  const long = names.filter((name) => name.length > TAG_NAME_LIMIT);
  if (long.length > 0)
    throw invalidTags(
      "InvalidTagName",
      `Tag key too large. Following tag name '${long.join(",")}' exceeded the maximum length. Maximum allowed length for tag name - '${TAG_NAME_LIMIT}' characters.`,
    );
  const values = Object.values(given).filter(
    (value) => typeof value === "string" && value.length > TAG_VALUE_LIMIT,
  );
  if (values.length > 0)
    throw invalidTags(
      "InvalidTagValueLength",
      `Tag value too large. Following tag value '${values.join(",")}' exceeded the maximum length. Maximum allowed length for tag value - '${TAG_VALUE_LIMIT}' characters.`,
    );
  if (names.length > TAGS_LIMIT)
    throw invalidTags(
      "InvalidTags",
      `The number of tags '${names.length}' exceeds the maximum of '${TAGS_LIMIT}'.`,
    );
}

function hasReserved(name: string): boolean {
  return /[<>%&\\?/\p{Cc}]/u.test(name);
}

function invalidTags(code: string, message: string): ArmError {
  return new ArmError({ status: 400, code }, message);
}

/** How Compute's errors call the names of its types. */
const nameParameters: Readonly<Record<string, string>> = {
  virtualmachines: "vmName",
  disks: "diskName",
  snapshots: "snapshotName",
  restorepointcollections: "restorePointCollectionName",
  "restorepointcollections/restorepoints": "restorePointName",
  diskencryptionsets: "diskEncryptionSetName",
  diskaccesses: "diskAccessName",
};

function checkName(call: ArmCall, { namespace, types }: PathShape): void {
  const parameter = nameParameters[types.join("/").toLowerCase()];
  if (namespace.toLowerCase() !== "microsoft.compute" || parameter === undefined) return;
  if (isResourceName(nameOf(call.scope))) return;
  throw new ArmError(
    { status: 400, code: "InvalidParameter" },
    `The entity name '${parameter}' is invalid according to its validation rule: ^[^_\\W][\\w-._]{0,79}(?<![-.])$.`,
    { target: parameter },
  );
}
