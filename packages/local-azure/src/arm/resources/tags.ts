/** Tags of any scope: the resource `tags/default` below a subscription, a group or a resource. */
import { z } from "zod";
import { scopeOfCall } from "../authorization/scopes.ts";
import { invalidRequestContent } from "../errors.ts";
import { keyOf } from "../ids.ts";
import type { ArmPart } from "../part.ts";
import { checkTags } from "../request-checks.ts";
import { findTracked } from "../resource-types.ts";
import { type ArmCall, type ArmReply, routes, segmentsOf } from "../router.ts";

const pattern = "{scope*}/providers/Microsoft.Resources/tags/default";

interface Tagged {
  tags?: Record<string, string> | undefined;
}

/** The record whose tags a call concerns. */
function taggedOf(call: ArmCall): { scope: string; record: Tagged } {
  const scope = scopeOfCall(call);
  const { state } = call.world;
  const [, subscription = ""] = segmentsOf(scope);
  const record =
    findTracked(state, scope)?.resource ??
    state.resourceGroups[keyOf(scope)] ??
    state.subscriptions[subscription.toLowerCase()];
  if (record) return { scope, record };
  throw new Error(`The scope ${scope} exists but has no record`);
}

function tagsBody(scope: string, { tags }: Tagged): object {
  return {
    id: `${scope}/providers/Microsoft.Resources/tags/default`,
    name: "default",
    type: "Microsoft.Resources/tags",
    properties: { tags: tags ?? {} },
  };
}

function get(call: ArmCall): ArmReply {
  const { scope, record } = taggedOf(call);
  return { status: 200, body: tagsBody(scope, record) };
}

const tagsOfBody = z.object({ tags: z.record(z.string(), z.string()).nullish() });
const patchBody = z.object({
  operation: z.string(),
  properties: tagsOfBody.nullish(),
});
const putBody = z.object({ properties: tagsOfBody });

type Tags = Record<string, string>;
type Change = (old: Tags, given: Tags) => Tags;

const changes: Readonly<Record<string, Change>> = {
  merge: (old, given) => ({ ...withoutNames(old, Object.keys(given)), ...given }),
  replace: (_, given) => given,
  delete: (old, given) =>
    Object.fromEntries(Object.entries(old).filter(([name, value]) => valueIn(given, name) !== value)),
};

/** Names of tags are case-insensitive. */
function withoutNames(tags: Tags, names: readonly string[]): Tags {
  const lower = new Set(names.map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(tags).filter(([name]) => !lower.has(name.toLowerCase())));
}

function valueIn(tags: Tags, wanted: string): string | undefined {
  return Object.entries(tags).find(([name]) => name.toLowerCase() === wanted.toLowerCase())?.[1];
}

async function change(call: ArmCall, apply: Change, given: Tags): Promise<ArmReply> {
  const { scope, record } = taggedOf(call);
  const tags = apply(record.tags ?? {}, given);
  checkTags(tags);
  record.tags = tags;
  await call.world.store.flush();
  return { status: 200, body: tagsBody(scope, record) };
}

function put(call: ArmCall): Promise<ArmReply> {
  const body = putBody.safeParse(call.body);
  if (!body.success) throw invalidTagsBody("properties.tags is an object of texts");
  return change(call, (_, given) => given, body.data.properties.tags ?? {});
}

function patch(call: ArmCall): Promise<ArmReply> {
  const body = patchBody.safeParse(call.body);
  if (!body.success) throw invalidTagsBody("operation and properties.tags are required");
  const apply = changes[body.data.operation.toLowerCase()];
  if (!apply) throw invalidTagsBody(`the operation '${body.data.operation}' is not Merge, Replace or Delete`);
  return change(call, apply, body.data.properties?.tags ?? {});
}

async function remove(call: ArmCall): Promise<ArmReply> {
  const { record } = taggedOf(call);
  delete record.tags;
  await call.world.store.flush();
  return { status: 200 };
}

function invalidTagsBody(reason: string): Error {
  return invalidRequestContent(`The request content was invalid and could not be deserialized: '${reason}'.`);
}

export const tags: ArmPart = {
  routes: routes(
    { name: "tags", api: "resources" },
    {
      getAtScope: ["GET", pattern, get],
      createOrUpdateAtScope: ["PUT", pattern, put],
      updateAtScope: ["PATCH", pattern, patch],
      deleteAtScope: ["DELETE", pattern, remove],
    },
  ),
};
