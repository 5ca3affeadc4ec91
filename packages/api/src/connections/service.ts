/** Connections to Azure: what owners see and change. Engines test them and carry the changes out. */
import {
  type ConnectionRow,
  changeConnection,
  countConnectionVms,
  createConnection,
  enqueue,
  listHeld,
  listPartHealth,
  listConnections as listRows,
  lockConnections,
  newId,
  noteConnectionTestAsked,
  type PartHealthRow,
  readConnectionAffects,
  readPointVms,
  removeConnection as removeRow,
  requireConnection,
  selectSubscriptions,
  subscriptionHeld,
  type Tx,
} from "@kluis/db";
import { cloudEndpoints, KluisError, type LedgerKind } from "@kluis/domain";
import type { z } from "zod";
import type { Api, SignedInContext } from "../context.ts";
import { isFresh } from "../health/fresh.ts";
import { record, type VmEvent } from "../record.ts";
import type {
  AddConnectionInput,
  CredentialInput,
  RotateConnectionInput,
  UpdateConnectionInput,
} from "./inputs.ts";
import type { connectionView, partHealthView, removedView } from "./view.ts";

type View = z.input<typeof connectionView>;

/** After this time without an answer, no engine runs the test: the page offers it again. */
const testWaitMs = 90_000;

export function isPending(askedAt: Date | null, now: Date): boolean {
  return askedAt !== null && now.getTime() - askedAt.getTime() < testWaitMs;
}

/** The last check of a part, unless it is outdated. */
export function healthOf(
  rows: readonly PartHealthRow[],
  part: string,
  now: Date,
): z.input<typeof partHealthView> {
  const row = rows.find((one) => one.part === part);
  if (row === undefined || !isFresh(row, now)) return null;
  return { ok: row.ok, error: row.error, checkedAt: row.checkedAt };
}

async function toViews(api: Api, tx: Tx, rows: readonly ConnectionRow[]): Promise<View[]> {
  const now = api.clock.now();
  const [affects, health, points] = [
    await readConnectionAffects(tx),
    await listPartHealth(tx),
    await readPointVms(tx),
  ];
  const none = { vms: 0, protectedVms: 0, policies: 0, teams: 0 };
  return rows.map((row) => ({
    ...row,
    subscriptions: [...row.subscriptions],
    test: {
      pending: isPending(row.testAskedAt, now),
      at: row.testedAt,
      by: row.testedBy,
      ok: row.testOk,
      result: row.test,
    },
    health: healthOf(health, `connection:${row.id}`, now),
    affects: affects.get(row.id) ?? none,
    pointVms: points.get(row.id) ?? 0,
    canChangeTenant: isNeverUsed(row),
  }));
}

export async function listConnections(ctx: SignedInContext): Promise<View[]> {
  const { prisma } = ctx.api.db;
  return toViews(ctx.api, prisma, await listRows(prisma));
}

/** @throws KluisError NOT_FOUND */
export async function getConnection(ctx: SignedInContext, ref: string): Promise<View> {
  const { prisma } = ctx.api.db;
  return viewOf(ctx, prisma, await requireConnection(prisma, ref));
}

async function viewOf(ctx: SignedInContext, tx: Tx, row: ConnectionRow): Promise<View> {
  const [view] = await toViews(ctx.api, tx, [row]);
  if (view !== undefined) return view;
  throw new KluisError("INTERNAL", { message: "The connection has no view." });
}

type Change = (
  tx: Tx,
  row: ConnectionRow,
) => Promise<{
  readonly kind: LedgerKind | null;
  readonly data?: Readonly<Record<string, unknown>>;
}>;

/** Changes a connection while no other process changes one, with its event, and returns it as it is then. */
function change(ctx: SignedInContext, ref: string, work: Change): Promise<View> {
  return record(ctx, async (tx) => {
    await lockConnections(tx);
    const row = await requireConnection(tx, ref);
    const { kind, data } = await work(tx, row);
    const result = await viewOf(ctx, tx, await requireConnection(tx, row.id));
    return {
      result,
      events: kind === null ? [] : [eventOf(ctx, row, { kind, ...(data === undefined ? {} : { data }) })],
    };
  });
}

function eventOf(
  ctx: SignedInContext,
  { id, name }: Pick<ConnectionRow, "id" | "name">,
  what: Pick<VmEvent, "kind" | "data">,
): VmEvent {
  return { ...what, actor: ctx.who.actor, target: { type: "connection", id, name } };
}

/**
 * Adds a connection, disabled, and has an engine test it.
 * @throws KluisError CONFLICT when the name is taken or no secret can be stored
 */
export async function addConnection(ctx: SignedInContext, input: AddConnectionInput): Promise<View> {
  const { name, cloud, tenantId, credential } = input;
  const { clock } = ctx.api;
  const id = newId(clock);
  const stored = store(ctx.api, id, credential);
  return record(ctx, async (tx) => {
    const facts = { id, name, cloud, tenantId, source: "portal", state: "disabled" } as const;
    const row = await createConnection(tx, { ...facts, ...cloudEndpoints[cloud], ...stored }, clock);
    await askTest(ctx, tx, id);
    const { credentialKind, clientId } = stored;
    const data = { source: "portal", cloud, tenantId, credentialKind, clientId };
    const event = eventOf(ctx, row, { kind: "connection.created", data });
    return { result: await viewOf(ctx, tx, await requireConnection(tx, id)), events: [event] };
  });
}

function store(api: Api, id: string, credential: CredentialInput) {
  const { kind: credentialKind, clientId } = credential;
  const plain = plainOf(credential);
  return {
    credentialKind,
    clientId,
    sealedSecret: plain === null ? null : api.secrets.seal(plain, `connection:${id}`),
  };
}

function plainOf(credential: CredentialInput): string | null {
  if (credential.kind === "secret") return credential.secret;
  return credential.kind === "certificate" ? credential.certificate : null;
}

/** @throws KluisError CONFLICT for a connection of the environment, a taken name, a subscription of another connection, or one that Kluis still needs */
export function updateConnection(ctx: SignedInContext, input: UpdateConnectionInput): Promise<View> {
  const { connection, name, tenantId, subscriptions } = input;
  return change(ctx, connection, async (tx, row) => {
    if (name !== undefined && name !== row.name) {
      await changeConnection(tx, { id: row.id, change: { name } }, ctx.api.clock);
    }
    const moved = tenantId !== undefined && tenantId !== row.tenantId;
    if (moved) await correctTenant(ctx, tx, { row, tenantId });
    const selected = subscriptions === undefined ? null : await select(tx, row, subscriptions);
    if (selected !== null && row.state === "enabled")
      await enqueue(tx, "discover", { asked: true }, { jobKey: "discover:asked" });
    const named = name === undefined || name === row.name ? {} : { wasName: row.name, name };
    const tenant = moved ? { wasTenantId: row.tenantId, tenantId } : {};
    const data = { ...named, ...tenant, ...(selected === null ? {} : { subscriptions: selected }) };
    return { kind: Object.keys(data).length === 0 ? null : "connection.changed", data };
  });
}

/** No test with its present identity has passed, and it reads nothing: no VM or recovery point can be of its tenant. */
function isNeverUsed({ source, state, testOk, subscriptions }: ConnectionRow): boolean {
  return source === "portal" && state === "disabled" && testOk !== true && subscriptions.length === 0;
}

/** @throws KluisError CONFLICT when the connection has worked */
async function correctTenant(
  ctx: SignedInContext,
  tx: Tx,
  { row, tenantId }: { readonly row: ConnectionRow; readonly tenantId: string },
): Promise<void> {
  mustBeOfPortal(row);
  if (!isNeverUsed(row)) {
    throw new KluisError("CONFLICT", {
      reason: "connection-tenant-fixed",
      message: `Connection ${row.name} has worked, so its tenant stays ${row.tenantId}.`,
      action: "Add another connection for the other tenant.",
      params: { connection: row.name, tenant: row.tenantId },
    });
  }
  await changeConnection(tx, { id: row.id, change: { tenantId } }, ctx.api.clock);
  await askTest(ctx, tx, row.id);
}

/** Returns the selected ids, or null when they were selected already. */
async function select(tx: Tx, row: ConnectionRow, ids: readonly string[]): Promise<readonly string[] | null> {
  mustBeOfPortal(row);
  const known = new Map([
    ...row.subscriptions.map(({ id, name }) => [id, name] as const),
    ...(row.test?.subscriptions ?? []).map(({ id, name }) => [id, name] as const),
  ]);
  const choice = ids.map((id) => ({ id, name: known.get(id) ?? notSeen(row, id) }));
  const selection = { connectionId: row.id, tenantId: row.tenantId, subscriptions: choice };
  return (await selectSubscriptions(tx, selection)) ? ids : null;
}

function notSeen({ name }: ConnectionRow, subscription: string): never {
  throw new KluisError("CONFLICT", {
    reason: "subscription-not-seen",
    message: `The identity of connection ${name} does not see subscription ${subscription}.`,
    action: "Assign it the role there, and test the connection again.",
    params: { connection: name, subscription },
  });
}

/** @throws KluisError CONFLICT */
function mustBeOfPortal({ source, name }: ConnectionRow): void {
  if (source === "portal") return;
  throw new KluisError("CONFLICT", {
    reason: "connection-from-environment",
    message: `Connection ${name} follows the environment of the engine.`,
    action: "Change the variables of the engine, or add another connection.",
    params: { connection: name },
  });
}

/** Replaces the credential, which engines use from their next task on, and tests it. */
export function rotateConnection(
  ctx: SignedInContext,
  { connection, credential }: RotateConnectionInput,
): Promise<View> {
  return change(ctx, connection, async (tx, row) => {
    mustBeOfPortal(row);
    const stored = store(ctx.api, row.id, credential);
    await changeConnection(tx, { id: row.id, change: stored }, ctx.api.clock);
    await askTest(ctx, tx, row.id);
    const { credentialKind, clientId } = stored;
    return { kind: "connection.credential-changed", data: { credentialKind, clientId } };
  });
}

/** Has an engine test the connection; `test.pending` of the answer is true until it has. */
export function testConnection(ctx: SignedInContext, ref: string): Promise<View> {
  return change(ctx, ref, async (tx, row) => {
    await askTest(ctx, tx, row.id);
    return { kind: null };
  });
}

async function askTest(ctx: SignedInContext, tx: Tx, connectionId: string): Promise<void> {
  await noteConnectionTestAsked(tx, connectionId, ctx.api.clock.now());
  // Before everything else: a user waits.
  await enqueue(tx, "connection.test", { connectionId }, { priority: -10 });
}

/** @throws KluisError CONFLICT without a successful test, or without a subscription */
export function enableConnection(ctx: SignedInContext, ref: string): Promise<View> {
  return change(ctx, ref, async (tx, row) => {
    if (row.state === "enabled") return { kind: null };
    if (row.testOk !== true) throw untested(row);
    if (row.subscriptions.length === 0) throw noSubscription(row);
    await changeConnection(tx, { id: row.id, change: { state: "enabled" } }, ctx.api.clock);
    await enqueue(tx, "discover", { asked: true }, { jobKey: "discover:asked" });
    return { kind: "connection.enabled", data: { subscriptions: row.subscriptions.map(({ id }) => id) } };
  });
}

function untested({ name }: ConnectionRow): KluisError {
  return new KluisError("CONFLICT", {
    reason: "connection-untested",
    message: `Connection ${name} has no successful test of its present credential.`,
    action: "Test it first.",
    params: { connection: name },
  });
}

function noSubscription({ name }: ConnectionRow): KluisError {
  return new KluisError("CONFLICT", {
    reason: "no-subscription",
    message: `No subscription is selected for connection ${name}.`,
    action: "Select at least one.",
    params: { connection: name },
  });
}

/** Stops discovery and new work in its subscriptions. Running jobs end, and Kluis still removes its own snapshots. */
export function disableConnection(ctx: SignedInContext, ref: string): Promise<View> {
  return change(ctx, ref, async (tx, row) => {
    if (row.state === "disabled") return { kind: null };
    const affects = (await readConnectionAffects(tx)).get(row.id);
    await changeConnection(tx, { id: row.id, change: { state: "disabled" } }, ctx.api.clock);
    return { kind: "connection.disabled", data: { affects: affects ?? null } };
  });
}

/** @throws KluisError CONFLICT for a connection of the environment, and while VMs, jobs or resources in Azure depend on it */
export function removeConnection(ctx: SignedInContext, ref: string): Promise<z.input<typeof removedView>> {
  return record(ctx, async (tx) => {
    await lockConnections(tx);
    const row = await requireConnection(tx, ref);
    mustBeOfPortal(row);
    const { id, name } = row;
    const vms = await countConnectionVms(tx, id);
    if (vms > 0) {
      throw new KluisError("CONFLICT", {
        reason: "connection-not-empty",
        message: `Connection ${name} cannot be removed: ${vms} virtual machines depend on it.`,
        action: "Disable it instead, or let another connection read its subscriptions.",
        params: { connection: name, vms },
      });
    }
    const withPoints = (await readPointVms(tx)).get(id) ?? 0;
    if (withPoints > 0) {
      throw new KluisError("CONFLICT", {
        reason: "connection-has-points",
        message: `Connection ${name} cannot be removed: ${withPoints} virtual machines of its subscriptions have recovery points.`,
        action: "Disable it instead. Their recovery points stay restorable.",
        params: { connection: name, vms: withPoints },
      });
    }
    const [held] = await listHeld(
      tx,
      row.subscriptions.map((one) => one.id),
    );
    if (held !== undefined) throw subscriptionHeld(held);
    await removeRow(tx, id);
    return { result: { id, name }, events: [eventOf(ctx, row, { kind: "connection.removed" })] };
  });
}
