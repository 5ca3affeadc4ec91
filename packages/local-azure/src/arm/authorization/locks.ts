/** Resource locks: their routes, and how they refuse other calls. */
import { z } from "zod";
import { type Lock, lockLevelSchema } from "../../state/lock-model.ts";
import { ArmError, invalidRequestContent } from "../errors.ts";
import { keyOf } from "../ids.ts";
import { page } from "../lists.ts";
import type { ArmPart } from "../part.ts";
import { isWrite } from "../request-checks.ts";
import { type ArmCall, type ArmReply, type ArmRoute, param, routes } from "../router.ts";
import { covers } from "./roles.ts";
import { scopeOfCall } from "./scopes.ts";

const all = "{scope*}/providers/Microsoft.Authorization/locks";
const one = `${all}/{lock}`;

const putBody = z.object({
  properties: z.object({
    level: lockLevelSchema,
    notes: z.string().max(512).nullish(),
    owners: z.array(z.object({ applicationId: z.string().optional() })).nullish(),
  }),
});

/**
 * Refuses a call that a lock on its scope, or above, forbids; a deletion also for a lock inside.
 * `ReadOnly` forbids writes and all POST actions. Locks themselves can always be changed.
 * @throws ArmError 409 `ScopeLocked`
 */
export function checkLocks(call: ArmCall, route: ArmRoute): void {
  if (route.action.startsWith("Microsoft.Authorization/locks/")) return;
  const deletes = route.method === "DELETE";
  if (!deletes && !isWrite(route.method)) return;
  const locked = Object.values(call.world.state.locks).filter(
    ({ scope, level }) =>
      (covers(scope, call.scope) && (deletes || level === "ReadOnly")) ||
      (deletes && covers(call.scope, scope)),
  );
  if (locked.length === 0) return;
  const scopes = [...new Set(locked.map(({ scope }) => scope))].join(",");
  throw new ArmError(
    { status: 409, code: "ScopeLocked" },
    `The scope '${call.scope}' cannot perform ${deletes ? "delete" : "write"} operation because following scope(s) are locked: '${scopes}'. Please remove the lock and try again.`,
  );
}

function lockBody({ id, name, level, notes, owners }: Lock): object {
  return {
    properties: { level, ...(notes === undefined ? {} : { notes }), ...(owners ? { owners } : {}) },
    id,
    type: "Microsoft.Authorization/locks",
    name,
  };
}

/** Lists the locks on a scope, above it and inside it; with `atScope()` only those on it and above. */
function list(call: ArmCall): ArmReply {
  const wanted = scopeOfCall(call);
  const atScope = call.query.get("$filter")?.replaceAll(" ", "").toLowerCase() === "atscope()";
  const found = Object.values(call.world.state.locks)
    .filter(({ scope }) => covers(scope, wanted) || (!atScope && covers(wanted, scope)))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return page(call, found, lockBody);
}

const idOf = (scope: string, name: string): string =>
  `${scope}/providers/Microsoft.Authorization/locks/${name}`;

function lockOf(call: ArmCall): Lock | undefined {
  return call.world.state.locks[keyOf(idOf(param(call, "scope"), param(call, "lock")))];
}

function get(call: ArmCall): ArmReply {
  scopeOfCall(call);
  const lock = lockOf(call);
  if (lock) return { status: 200, body: lockBody(lock) };
  throw new ArmError(
    { status: 404, code: "LockNotFound" },
    `The lock '${param(call, "lock")}' could not be found.`,
  );
}

async function put(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  const scope = scopeOfCall(call);
  const body = putBody.safeParse(call.body);
  if (!body.success)
    throw invalidRequestContent(
      `The request content was invalid and could not be deserialized: '${z.prettifyError(body.error)}'.`,
    );
  const { level, notes, owners } = body.data.properties;
  const name = param(call, "lock");
  const existed = lockOf(call) !== undefined;
  const lock: Lock = { id: idOf(scope, name), name, scope, level };
  if (notes) lock.notes = notes;
  if (owners) lock.owners = owners;
  world.state.locks[keyOf(lock.id)] = lock;
  await world.store.flush();
  return { status: existed ? 200 : 201, body: lockBody(lock) };
}

async function remove(call: ArmCall): Promise<ArmReply> {
  const lock = lockOf(call);
  if (!lock) return { status: 204 };
  delete call.world.state.locks[keyOf(lock.id)];
  await call.world.store.flush();
  return { status: 200 };
}

export const locks: ArmPart = {
  routes: routes(
    { name: "managementLocks", api: "locks" },
    {
      list: ["GET", all, list],
      get: ["GET", one, get],
      createOrUpdate: ["PUT", one, put],
      delete: ["DELETE", one, remove],
    },
  ),
};
