/** The names and values of tags in a subscription: those in use, and predefined ones. */
import type { Subscription } from "../../state/model.ts";
import { ArmError } from "../errors.ts";
import { subscriptionIdOf } from "../ids.ts";
import { page } from "../lists.ts";
import type { ArmPart } from "../part.ts";
import { checkTags } from "../request-checks.ts";
import { trackedTypes } from "../resource-types.ts";
import { type ArmCall, type ArmReply, param, routes } from "../router.ts";

const all = "/subscriptions/{subscription}/tagNames";
const one = `${all}/{tag}`;
const value = `${one}/tagValues/{value}`;

/** How often each value of each name is in use. */
type Counts = Map<string, Map<string, number>>;

function subscriptionOf(call: ArmCall): Subscription {
  const found = call.world.state.subscriptions[param(call, "subscription").toLowerCase()];
  if (found) return found;
  throw new Error("The front door let an unknown subscription pass");
}

function countsOf(call: ArmCall): Counts {
  const { state } = call.world;
  const subscription = subscriptionOf(call);
  const inside = ({ subscriptionId }: { subscriptionId: string }): boolean =>
    subscriptionId.toLowerCase() === subscription.id.toLowerCase();
  const counts: Counts = new Map(
    Object.entries(subscription.predefinedTags ?? {}).map(([name, values]) => [
      name,
      new Map(values.map((text) => [text, 0])),
    ]),
  );
  const tagged: { tags?: Record<string, string> | undefined }[] = [
    ...Object.values(state.resourceGroups).filter(inside),
    ...trackedTypes().flatMap((type) => Object.values(type.records(state)).filter(inside)),
  ];
  for (const [name, text] of tagged.flatMap((record) => Object.entries(record.tags ?? {}))) {
    const values = counts.get(name) ?? new Map<string, number>();
    counts.set(name, values.set(text, (values.get(text) ?? 0) + 1));
  }
  return counts;
}

const total = (count: number): object => ({ type: "Total", value: count });

function nameBody(call: ArmCall, [name, values]: [string, Map<string, number>]): object {
  const id = `${subscriptionIdOf(param(call, "subscription"))}/tagNames/${name}`;
  return {
    id,
    tagName: name,
    count: total([...values.values()].reduce((sum, count) => sum + count, 0)),
    values: [...values].map(([text, count]) => ({
      id: `${id}/tagValues/${text}`,
      tagValue: text,
      count: total(count),
    })),
  };
}

const list = (call: ArmCall): ArmReply => page(call, [...countsOf(call)], (entry) => nameBody(call, entry));

async function change(
  call: ArmCall,
  apply: (tags: Record<string, string[]>) => void,
): Promise<Map<string, number>> {
  const subscription = subscriptionOf(call);
  const tags = { ...subscription.predefinedTags };
  apply(tags);
  subscription.predefinedTags = tags;
  await call.world.store.flush();
  return countsOf(call).get(param(call, "tag")) ?? new Map<string, number>();
}

async function putName(call: ArmCall): Promise<ArmReply> {
  const name = param(call, "tag");
  checkTags({ [name]: "" });
  const existed = countsOf(call).has(name);
  const values = await change(call, (tags) => {
    tags[name] ??= [];
  });
  return { status: existed ? 200 : 201, body: nameBody(call, [name, values]) };
}

async function putValue(call: ArmCall): Promise<ArmReply> {
  const [name, text] = [param(call, "tag"), param(call, "value")];
  checkTags({ [name]: text });
  if (!countsOf(call).has(name))
    throw new ArmError(
      { status: 404, code: "TagNameNotFound" },
      `The tag name '${name}' could not be found.`,
    );
  const values = await change(call, (tags) => {
    tags[name] = [...new Set([...(tags[name] ?? []), text])];
  });
  const id = `${subscriptionIdOf(param(call, "subscription"))}/tagNames/${name}/tagValues/${text}`;
  return { status: 200, body: { id, tagValue: text, count: total(values.get(text) ?? 0) } };
}

/** A name or value that resources have stays. Sentences: Azure/azure-cli#11761. */
function refuseInUse(count: number, sentence: string): void {
  if (count > 0) throw new ArmError({ status: 409, code: "TagInUse" }, sentence);
}

async function removeName(call: ArmCall): Promise<ArmReply> {
  const name = param(call, "tag");
  const values = countsOf(call).get(name);
  if (!values) return { status: 204 };
  refuseInUse(
    [...values.values()].reduce((sum, count) => sum + count, 0),
    `The tag name '${name}' cannot be deleted. It is associated to one or more resources.`,
  );
  await change(call, (tags) => {
    delete tags[name];
  });
  return { status: 200 };
}

async function removeValue(call: ArmCall): Promise<ArmReply> {
  const [name, text] = [param(call, "tag"), param(call, "value")];
  const count = countsOf(call).get(name)?.get(text);
  if (count === undefined) return { status: 204 };
  refuseInUse(
    count,
    `The tag cannot be deleted. It is associated to one or more resources. Tag name '${name}' and tag value '${text}'.`,
  );
  await change(call, (tags) => {
    tags[name] = (tags[name] ?? []).filter((other) => other !== text);
  });
  return { status: 200 };
}

export const tagNames: ArmPart = {
  routes: routes(
    { name: "tags", api: "resources" },
    {
      list: ["GET", all, list],
      createOrUpdate: ["PUT", one, putName],
      delete: ["DELETE", one, removeName],
      createOrUpdateValue: ["PUT", value, putValue],
      deleteValue: ["DELETE", value, removeValue],
    },
  ),
};
