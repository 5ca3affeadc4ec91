/** Vaults: what owners see and change. Engines test them and write to them. */
import path from "node:path";
import {
  askAdoption,
  changeVault,
  clearVaultAttention,
  createVaultRow,
  enqueue,
  holdGuardrails,
  listPartHealth,
  listVaults as listRows,
  lockVaults,
  makeDefaultVault as makeDefault,
  newId,
  noteVaultTestAsked,
  noteViolations,
  readVaultHeld,
  readVaultUse,
  removeVaultRow,
  requireVault,
  type Tx,
  type VaultRow,
  vaultHadPoints,
} from "@kluis/db";
import {
  canonicalJson,
  type Guardrails,
  isInPlace,
  KluisError,
  type LedgerKind,
  mustKeepGuardrails,
  vaultRegionViolations,
} from "@kluis/domain";
import { vaultCredentialsText } from "@kluis/vault";
import type { z } from "zod";
import { healthOf, isPending } from "../connections/service.ts";
import type { removedView } from "../connections/view.ts";
import type { Api, SignedInContext } from "../context.ts";
import { record, type VmEvent } from "../record.ts";
import { copyView } from "./copy-view.ts";
import { copiedTo, vaultDisabled, vaultIsDefault } from "./errors.ts";
import { mustKeepAsVault } from "./guarded.ts";
import {
  type AddVaultInput,
  accountOf,
  type ConfigureVaultInput,
  type RotateVaultInput,
  type UpdateVaultInput,
} from "./inputs.ts";
import type { vaultView } from "./view.ts";

type View = z.input<typeof vaultView>;

async function toViews(api: Api, tx: Tx, rows: readonly VaultRow[]): Promise<View[]> {
  const now = api.clock.now();
  const [use, health] = [await readVaultUse(tx), await listPartHealth(tx)];
  const all = rows.some(({ copy }) => copy !== null) ? await listRows(tx) : [];
  const copies = new Map<string, View["copy"]>();
  for (const row of rows) copies.set(row.id, await copyView(tx, row, all));
  return rows.map((row) => ({
    ...row,
    copy: copies.get(row.id) ?? null,
    test: {
      pending: isPending(row.testAskedAt, now),
      at: row.testedAt,
      by: row.testedBy,
      ok: row.testOk,
      result: row.test,
    },
    health: healthOf(health, `vault:${row.id}`, now),
    truth: {
      state: row.truth,
      since: row.truthAt,
      facts: row.truthFacts,
      strays: row.strays,
      comparedAt: row.comparedAt,
      comparing: row.doubtedAt !== null,
      adopting: row.adoptAskedAt !== null,
    },
    use: use.get(row.id) ?? { points: 0, softDeleted: 0, vms: 0, ever: 0 },
  }));
}

export async function listVaults(ctx: SignedInContext): Promise<View[]> {
  const { prisma } = ctx.api.db;
  return toViews(ctx.api, prisma, await listRows(prisma));
}

/** @throws KluisError NOT_FOUND */
export async function getVault(ctx: SignedInContext, ref: string): Promise<View> {
  const { prisma } = ctx.api.db;
  return viewOf(ctx, prisma, await requireVault(prisma, ref));
}

async function viewOf(ctx: SignedInContext, tx: Tx, row: VaultRow): Promise<View> {
  const [view] = await toViews(ctx.api, tx, [row]);
  if (view !== undefined) return view;
  throw new KluisError("INTERNAL", { message: "The vault has no view." });
}

type Change = (
  tx: Tx,
  row: VaultRow,
  guardrails: Guardrails,
) => Promise<LedgerKind | null | Pick<VmEvent, "kind" | "data">>;

/** Changes a vault while no other process changes one, with its event, and returns it as it is then. */
export function change(ctx: SignedInContext, ref: string, work: Change): Promise<View> {
  return record(ctx, async (tx) => {
    const guardrails = await holdGuardrails(tx);
    await lockVaults(tx);
    const row = await requireVault(tx, ref);
    const kind = await work(tx, row, guardrails);
    await noteViolations(tx);
    const result = await viewOf(ctx, tx, await requireVault(tx, row.id));
    const what = typeof kind === "string" ? { kind } : kind;
    return { result, events: what === null ? [] : [eventOf(ctx, row, what)] };
  });
}

function eventOf(
  ctx: SignedInContext,
  { id, name }: Pick<VaultRow, "id" | "name">,
  what: Pick<VmEvent, "kind" | "data">,
): VmEvent {
  return { ...what, actor: ctx.who.actor, target: { type: "vault", id, name } };
}

/**
 * Adds a vault, disabled, and has an engine test it. The test creates the vault in an empty storage.
 * @throws KluisError CONFLICT when the name is taken, or the installation allows no folders or stored secrets; GUARDRAIL in another region
 */
export async function addVault(ctx: SignedInContext, input: AddVaultInput): Promise<View> {
  const { name, place } = input;
  const region = input.region ?? null;
  const { clock, secrets } = ctx.api;
  const id = newId(clock);
  const nowhere = { account: null, container: null, folder: null, sealedSecret: null };
  const where =
    place.kind === "folder"
      ? { ...nowhere, folder: folderOf(ctx.api, place.folder) }
      : {
          ...nowhere,
          account: accountOf(place.connectionString),
          container: place.container,
          sealedSecret: secrets.seal(secretOf(place), `vault:${id}`),
        };
  return record(ctx, async (tx) => {
    mustKeepGuardrails(vaultRegionViolations({ name, region }, await holdGuardrails(tx)));
    const { kind } = place;
    const facts = { id, name, kind, region, source: "portal", state: "disabled" } as const;
    const row = await createVaultRow(tx, { ...facts, ...where }, clock);
    await askTest(ctx, tx, id);
    const { account, container, folder } = where;
    const data = { source: "portal", kind, account, container, folder, region };
    const event = eventOf(ctx, row, { kind: "vault.created", data });
    return { result: await viewOf(ctx, tx, await requireVault(tx, id)), events: [event] };
  });
}

function secretOf(given: Omit<RotateVaultInput, "vault">): string {
  return vaultCredentialsText({
    writer: given.connectionString,
    collector: given.collectorConnectionString,
    reader: given.readerConnectionString,
  });
}

function folderOf({ vaultFolders }: Api, name: string): string {
  if (vaultFolders !== null) return path.join(path.resolve(vaultFolders), name);
  const setting = "KLUIS_FOLDER_VAULTS";
  throw new KluisError("CONFLICT", {
    reason: "no-folder-vaults",
    message: `This installation does not allow vaults in folders (${setting} is not set).`,
    action: "Use a blob container, or ask the operator to set it for engine and portal.",
    params: { setting },
  });
}

/** Renames a vault. @throws KluisError CONFLICT for a taken name, and for a vault of the environment */
export function updateVault(ctx: SignedInContext, { vault, name }: UpdateVaultInput): Promise<View> {
  return change(ctx, vault, async (tx, row) => {
    if (name === row.name) return null;
    if (row.source === "environment") throw nameFixed(row);
    await changeVault(tx, { id: row.id, change: { name } }, ctx.api.clock);
    return { kind: "vault.changed", data: { wasName: row.name, name } };
  });
}

/** Changes who shares content, the limit of bandwidth and the budget of verifications, for the environment's vault too: they are not in its variables. */
export function configureVault(ctx: SignedInContext, input: ConfigureVaultInput): Promise<View> {
  return change(ctx, input.vault, async (tx, row, guardrails) => {
    const { deduplication, bandwidth, verifyGib, region } = row;
    const was = { deduplication, bandwidth, verifyGib, region };
    const wanted = {
      deduplication: input.deduplication ?? deduplication,
      bandwidth: input.bandwidth === undefined ? bandwidth : input.bandwidth,
      verifyGib: input.verifyGib === undefined ? verifyGib : input.verifyGib,
      region: input.region === undefined ? region : input.region,
    };
    if (canonicalJson(wanted) === canonicalJson(was)) return null;
    if (wanted.region !== region)
      mustKeepGuardrails(vaultRegionViolations({ name: row.name, region: wanted.region }, guardrails));
    await changeVault(tx, { id: row.id, change: wanted }, ctx.api.clock);
    return { kind: "vault.changed", data: { was, ...wanted } };
  });
}

/** Its name is how engines find the row of the vault that their environment describes. */
function nameFixed({ name }: VaultRow): KluisError {
  return new KluisError("CONFLICT", {
    reason: "vault-name-fixed",
    message: `The name of vault ${name} comes from the environment of engine and portal.`,
    action: "Change KLUIS_VAULT_NAME for all of them, and start them again.",
    params: { vault: name },
  });
}

/** Replaces the credential of the storage, which engine and portal use from their next task on, and tests it. */
export function rotateVault(ctx: SignedInContext, { vault, ...given }: RotateVaultInput): Promise<View> {
  return change(ctx, vault, async (tx, row) => {
    if (row.source === "environment" || row.kind === "folder") throw fromEnvironment(row);
    const sealedSecret = ctx.api.secrets.seal(secretOf(given), `vault:${row.id}`);
    const account = accountOf(given.connectionString);
    await changeVault(tx, { id: row.id, change: { sealedSecret, account } }, ctx.api.clock);
    await askTest(ctx, tx, row.id);
    return "vault.credential-changed";
  });
}

function fromEnvironment({ name }: VaultRow): KluisError {
  return new KluisError("CONFLICT", {
    reason: "vault-from-environment",
    message: `Vault ${name} follows the environment of engine and portal.`,
    action: "Change their variables, or add another vault.",
    params: { vault: name },
  });
}

/** Has an engine test the vault; `test.pending` of the answer is true until it has. */
export function testVault(ctx: SignedInContext, ref: string): Promise<View> {
  return change(ctx, ref, async (tx, row) => {
    await askTest(ctx, tx, row.id);
    return null;
  });
}

async function askTest(ctx: SignedInContext, tx: Tx, vaultId: string): Promise<void> {
  await noteVaultTestAsked(tx, vaultId, ctx.api.clock.now());
  // Before everything else: a user waits.
  await enqueue(tx, "vault.test", { vaultId }, { priority: -10 });
}

/**
 * Has an engine take over what the storage has and the database does not know, and accepts what is missing.
 * @throws KluisError CONFLICT when the vault is not in its place
 */
export function adoptVault(ctx: SignedInContext, ref: string): Promise<View> {
  return change(ctx, ref, async (tx, row) => {
    if (!isInPlace(row.truth)) {
      throw new KluisError("CONFLICT", {
        reason: "vault-not-in-place",
        message: `The storage of vault ${row.name} does not hold this vault.`,
        action: "Put the right storage in its place first.",
        params: { vault: row.name },
      });
    }
    await askAdoption(tx, row.id);
    return { kind: "vault.adopt-asked", data: { truth: row.truth, facts: row.truthFacts } };
  });
}

/** @throws KluisError CONFLICT without a successful test, GUARDRAIL in another region */
export function enableVault(ctx: SignedInContext, ref: string): Promise<View> {
  return change(ctx, ref, async (tx, row, guardrails) => {
    if (row.state === "enabled") return null;
    mustKeepGuardrails(vaultRegionViolations(row, guardrails));
    if (row.testOk !== true) {
      throw new KluisError("CONFLICT", {
        reason: "vault-untested",
        message: `Vault ${row.name} has no successful test of its present credential.`,
        action: "Test it first.",
        params: { vault: row.name },
      });
    }
    await changeVault(tx, { id: row.id, change: { state: "enabled" } }, ctx.api.clock);
    return "vault.enabled";
  });
}

/** No new backups; restores, verifications and retention continue. @throws KluisError CONFLICT for the default vault */
export function disableVault(ctx: SignedInContext, ref: string): Promise<View> {
  return change(ctx, ref, async (tx, row) => {
    if (row.state === "disabled") return null;
    if (row.isDefault) throw vaultIsDefault(row);
    await changeVault(tx, { id: row.id, change: { state: "disabled" } }, ctx.api.clock);
    return "vault.disabled";
  });
}

/** New backups use it from now on. @throws KluisError CONFLICT for a disabled vault, GUARDRAIL */
export function makeDefaultVault(ctx: SignedInContext, ref: string): Promise<View> {
  return change(ctx, ref, async (tx, row, guardrails) => {
    if (row.isDefault) return null;
    if (row.state === "disabled") throw vaultDisabled(row);
    await mustKeepAsVault(tx, row.id, guardrails);
    await makeDefault(tx, row.id, ctx.api.clock);
    return "vault.made-default";
  });
}

/** Removes a vault that never held a point. Its storage stays. @throws KluisError CONFLICT */
export function removeVault(ctx: SignedInContext, ref: string): Promise<z.input<typeof removedView>> {
  return record(ctx, async (tx) => {
    await lockVaults(tx);
    const row = await requireVault(tx, ref);
    const { id, name } = row;
    if (row.source === "environment") throw fromEnvironment(row);
    const from = (await listRows(tx)).find(({ copy }) => copy?.to === id);
    if (from !== undefined) throw copiedTo(row, from);
    if (row.state === "enabled" && row.isDefault) throw vaultIsDefault(row);
    const points = await vaultHadPoints(tx, id);
    if (points > 0) {
      throw new KluisError("CONFLICT", {
        reason: "vault-not-empty",
        message: `Vault ${name} holds ${points} recovery points and cannot be removed.`,
        action: "Disable it instead. Its recovery points stay restorable.",
        params: { vault: name, points },
      });
    }
    const { jobs, manifests } = await readVaultHeld(tx, id);
    if (jobs + manifests > 0) {
      throw new KluisError("CONFLICT", {
        reason: "vault-held",
        message: `Vault ${name} is in use: ${jobs} open jobs, and ${manifests} manifests to remove from it.`,
        action: "Wait until they are gone, or disable the vault: then no new work starts.",
        params: { vault: name, jobs, manifests },
      });
    }
    await removeVaultRow(tx, id);
    await clearVaultAttention(tx, id);
    return { result: { id, name }, events: [eventOf(ctx, row, { kind: "vault.removed" })] };
  });
}
