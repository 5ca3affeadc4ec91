/** Disk encryption sets: the customer keys of disks, and the identity that reads them. */
import { randomUUID } from "node:crypto";
import type { DiskEncryptionSet as SetModel } from "@azure/arm-compute";
import { z } from "zod";
import { isoTime } from "../../clock.ts";
import {
  type DiskEncryptionSet,
  setEncryptionTypeSchema,
  setIdentityTypeSchema,
} from "../../state/disk-resources.ts";
import { tagsSchema } from "../../state/model.ts";
import { invalidValue, missingParameter, parseBody } from "../body.ts";
import { fixedProperty, invalidParameter, operationNotAllowed } from "../errors.ts";
import { isResourceName, regionOf } from "../ids.ts";
import { createWork, deleteResource, deleteWork } from "../lifecycle.ts";
import { listResources, page } from "../lists.ts";
import { started } from "../operations/long-running.ts";
import type { ArmPart } from "../part.ts";
import {
  diskEncryptionSetType,
  findResource,
  groupOf,
  idOf,
  pathsOf,
  resourceOf,
} from "../resource-types.ts";
import { type ArmCall, type ArmReply, param, routes } from "../router.ts";
import { type ArmResource, envelope } from "../wire.ts";
import { keyProblem, resourcesOfSet } from "./encryption.ts";

const type = diskEncryptionSetType;
const { inSubscription, inGroup, one } = pathsOf(type);
const names = { parameter: "diskEncryptionSet" };

const readOnly = z.unknown().exactOptional();
const activeKey = z.strictObject({
  sourceVault: z.strictObject({ id: z.string().exactOptional() }).exactOptional(),
  keyUrl: z.string(),
});
const identity = z.strictObject({
  type: setIdentityTypeSchema.exactOptional(),
  principalId: readOnly,
  tenantId: readOnly,
  userAssignedIdentities: z.record(z.string(), z.unknown()).exactOptional(),
});
const changes = {
  encryptionType: setEncryptionTypeSchema.exactOptional(),
  activeKey: activeKey.exactOptional(),
  rotationToLatestKeyVersionEnabled: z.boolean().exactOptional(),
  federatedClientId: z.string().exactOptional(),
};
const putSchema = z.strictObject({
  id: readOnly,
  name: readOnly,
  type: readOnly,
  systemData: readOnly,
  location: z.string(),
  tags: tagsSchema,
  identity: identity.exactOptional(),
  properties: z.strictObject({
    ...changes,
    activeKey,
    previousKeys: readOnly,
    provisioningState: readOnly,
    lastKeyRotationTimestamp: readOnly,
    autoKeyRotationError: readOnly,
  }),
});
const patchSchema = z.strictObject({
  tags: tagsSchema,
  identity: identity.exactOptional(),
  properties: z.strictObject(changes).exactOptional(),
});
type Changes = z.infer<typeof patchSchema>;

type SetBody = ArmResource<SetModel, "id" | "name" | "type" | "location" | "tags" | "identity">;

function setBody(set: DiskEncryptionSet): SetBody {
  const { lastKeyRotationTimestamp: rotated, rotationToLatestKeyVersionEnabled: rotates } = set;
  const { federatedClientId, previousKeys } = set;
  return {
    ...envelope(type, set),
    identity: set.identity,
    properties: {
      activeKey: set.activeKey,
      encryptionType: set.encryptionType,
      ...(previousKeys === undefined ? {} : { previousKeys }),
      ...(rotates === undefined ? {} : { rotationToLatestKeyVersionEnabled: rotates }),
      ...(federatedClientId === undefined ? {} : { federatedClientId }),
      provisioningState: set.provisioningState === "Creating" ? "Updating" : set.provisioningState,
      ...(rotated === undefined ? {} : { lastKeyRotationTimestamp: isoTime(rotated) }),
    },
  };
}

/** The 202 of a PUT: what the request has, without a name, an id and the identity's principal. */
function askedBody({ location, tags, identity: asked, properties }: z.infer<typeof putSchema>): object {
  const { activeKey, encryptionType, rotationToLatestKeyVersionEnabled, federatedClientId } = properties;
  const { type: identityType, userAssignedIdentities } = asked ?? {};
  return {
    location,
    tags,
    identity: asked && { type: identityType, userAssignedIdentities },
    properties: {
      activeKey,
      encryptionType,
      rotationToLatestKeyVersionEnabled,
      federatedClientId,
      provisioningState: "Updating",
    },
  };
}

async function put(call: ArmCall): Promise<ArmReply> {
  const name = param(call, type.parameter);
  const group = groupOf(call);
  if (!isResourceName(name)) throw invalidParameter(`The disk encryption set name '${name}' is invalid.`);
  const body = parseBody(putSchema, call.body, names);
  const existing = findResource(call, type);
  if (existing) return change(call, existing, body, askedBody(body));
  if (body.identity?.type === undefined) throw missingParameter("diskEncryptionSet.identity");
  checkKeyUrl(body.properties.activeKey.keyUrl);
  const { activeKey, encryptionType, rotationToLatestKeyVersionEnabled, federatedClientId } = body.properties;
  const set: DiskEncryptionSet = {
    id: idOf(call, type),
    name,
    subscriptionId: group.subscriptionId,
    resourceGroup: group.group,
    location: regionOf(body.location),
    ...(body.tags ? { tags: body.tags } : {}),
    encryptionType: encryptionType ?? "EncryptionAtRestWithCustomerKey",
    activeKey,
    ...(rotationToLatestKeyVersionEnabled === undefined ? {} : { rotationToLatestKeyVersionEnabled }),
    ...(federatedClientId === undefined ? {} : { federatedClientId }),
    identity: identityOf(call, body.identity),
    provisioningState: "Creating",
  };
  // A user's identity must have the key at once; the system's own one gets it afterwards.
  if (set.identity.userAssignedIdentities) refuseWithoutKey(call, set);
  call.world.state.diskEncryptionSets[idOf(call, type).toLowerCase()] = set;
  const work = { kind: `${type.name}.create`, family: type.family, on: set };
  return started(call, work, { status: 202, body: askedBody(body) });
}

function refuseWithoutKey(call: ArmCall, set: DiskEncryptionSet): void {
  const problem = keyProblem(call.world, { diskEncryptionSetId: set.id });
  if (problem && problem.code !== "NotFound") throw problem;
}

function patch(call: ArmCall): Promise<ArmReply> {
  const body = parseBody(patchSchema, call.body, names);
  return change(call, resourceOf(call, type), body);
}

function change(
  call: ArmCall,
  set: DiskEncryptionSet,
  ...[body, reply]: [body: Changes, reply?: object]
): Promise<ArmReply> {
  const { activeKey, encryptionType, rotationToLatestKeyVersionEnabled, federatedClientId } =
    body.properties ?? {};
  if (encryptionType !== undefined && encryptionType !== set.encryptionType)
    throw fixedProperty("encryptionType");
  if (activeKey && activeKey.keyUrl !== set.activeKey.keyUrl) {
    checkKeyUrl(activeKey.keyUrl);
    set.activeKey = activeKey;
    set.lastKeyRotationTimestamp = call.world.clock.now();
  }
  if (rotationToLatestKeyVersionEnabled !== undefined)
    set.rotationToLatestKeyVersionEnabled = rotationToLatestKeyVersionEnabled;
  if (federatedClientId === "None") delete set.federatedClientId;
  else if (federatedClientId !== undefined) set.federatedClientId = federatedClientId;
  if (body.identity?.type !== undefined) set.identity = identityOf(call, body.identity, set.identity);
  if (body.tags) set.tags = body.tags;
  set.provisioningState = "Updating";
  const work = { kind: `${type.name}.update`, family: type.family, on: set };
  return started(call, work, { status: 202, body: reply ?? setBody(set) });
}

/** The version is required, also with automatic rotation (SDK: KeyForDiskEncryptionSet). */
function checkKeyUrl(keyUrl: string): void {
  if (!/^https:\/\/[\w-]+\.(vault|managedhsm)\.\S+\/keys\/[\w-]+\/[0-9a-fA-F]+\/?$/.test(keyUrl))
    throw invalidValue("diskEncryptionSet.activeKey.keyUrl", keyUrl);
}

function identityOf(
  call: ArmCall,
  wanted: z.infer<typeof identity>,
  present?: DiskEncryptionSet["identity"],
): DiskEncryptionSet["identity"] {
  const identityType = wanted.type ?? "SystemAssigned";
  const system = identityType.startsWith("SystemAssigned")
    ? {
        principalId: present?.principalId ?? randomUUID(),
        tenantId: present?.tenantId ?? call.world.state.tenantId,
      }
    : {};
  if (!identityType.includes("UserAssigned")) return { type: identityType, ...system };
  const users = Object.keys(wanted.userAssignedIdentities ?? {});
  if (users.length === 0) throw missingParameter("diskEncryptionSet.identity.userAssignedIdentities");
  const userAssignedIdentities = Object.fromEntries(
    users.map((id) => [
      id,
      present?.userAssignedIdentities?.[id] ?? { principalId: randomUUID(), clientId: randomUUID() },
    ]),
  );
  return { type: identityType, ...system, userAssignedIdentities };
}

function remove(call: ArmCall): Promise<ArmReply> {
  return deleteResource(call, type, (set) => {
    const [user] = resourcesOfSet(call.world.state, set.id);
    if (user !== undefined)
      throw operationNotAllowed(
        `Disk encryption set '${set.name}' cannot be deleted because it is associated with '${user}'.`,
      );
  });
}

const list = (call: ArmCall): ArmReply => listResources(call, type, setBody);

function listAssociated(call: ArmCall): ArmReply {
  const set = resourceOf(call, type);
  return page<unknown>(call, resourcesOfSet(call.world.state, set.id), (id) => id);
}

export const diskEncryptionSets: ArmPart = {
  routes: routes(type, {
    list: ["GET", inSubscription, list],
    listByResourceGroup: ["GET", inGroup, list],
    get: ["GET", one, (call) => ({ status: 200, body: setBody(resourceOf(call, type)) })],
    createOrUpdate: ["PUT", one, put],
    update: ["PATCH", one, patch],
    delete: ["DELETE", one, remove],
    listAssociatedResources: ["GET", `${one}/associatedResources`, listAssociated],
  }),
  work: {
    "diskEncryptionSets.create": createWork(type, (_, set) => setBody(set)),
    "diskEncryptionSets.update": createWork(type, (_, set) => setBody(set)),
    "diskEncryptionSets.delete": deleteWork(type),
  },
};
