/** Keys of a vault: adds, proves, removes and rotates them. Secrets exist in this process for one request, and are stored nowhere. */
import {
  inTransaction,
  judgeRecoveryKey,
  listVaultKeys,
  noteKeyProven,
  readKeyCopies,
  requireVault,
  syncVaultKeys,
  type VaultRow,
} from "@kluis/db";
import type { LedgerKind } from "@kluis/domain";
import {
  addSlot,
  combineShares,
  createRecoveryKey,
  createShares,
  type KeyPlace,
  type KeyProvider,
  type KeySlots,
  listSlots,
  proveSlot,
  readRecoveryKey,
  removeSlot,
  rotateKeys,
} from "@kluis/vault";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { record } from "../record.ts";
import type { AddSharesInput, ProveKeyInput } from "./inputs.ts";
import type { newPaperKeyView, vaultKeysView } from "./view.ts";

type View = z.input<typeof vaultKeysView>;
type Paper = z.input<typeof newPaperKeyView>;

/** A storage that does not answer must not block a request indefinitely. */
const limitMs = 60_000;

/** @throws KluisError NOT_FOUND, and those of opening the vault */
export async function listKeys(ctx: SignedInContext, ref: string): Promise<View> {
  const { row, place } = await placeOf(ctx, ref);
  return viewOf(ctx, row, await listSlots(place));
}

/** Makes a recovery key. Its text is in the answer, and nowhere else. */
export async function addRecoveryKey(ctx: SignedInContext, ref: string, label: string): Promise<Paper> {
  const { text, key } = createRecoveryKey();
  const row = await addPaperKey(ctx, ref, { key, label });
  const { id, name } = row;
  const papers = [{ number: 1, text }];
  return { keyId: key.recipient.keyId, label, vault: { id, name }, setId: null, threshold: null, papers };
}

/** Makes a key in shares. Their texts are in the answer, and nowhere else. */
export async function addShares(ctx: SignedInContext, input: AddSharesInput): Promise<Paper> {
  const { vault, label, threshold, count } = input;
  const { key, setId, shares } = await createShares(threshold, count);
  const { id, name } = await addPaperKey(ctx, vault, { key, label });
  const { keyId } = key.recipient;
  return { keyId, label, vault: { id, name }, setId, threshold, papers: [...shares] };
}

async function addPaperKey(
  ctx: SignedInContext,
  ref: string,
  { key, label }: { readonly key: KeyProvider; readonly label: string },
): Promise<VaultRow> {
  const { row, place } = await placeOf(ctx, ref);
  const slots = await addSlot(place, { recipient: key.recipient, label });
  const { kind, keyId, shares } = key.recipient;
  await keep(ctx, row, { slots, kind: "vault.key-added", data: { key: kind, keyId, label, ...shares } });
  return row;
}

/**
 * Proves that a typed recovery key, or typed shares, open the vault as it is in the storage.
 * @throws KluisError INPUT_INVALID naming the typing error, VAULT_KEY_WRONG
 */
export async function proveKey(ctx: SignedInContext, { vault, typed }: ProveKeyInput): Promise<View> {
  const [first = "", ...more] = typed;
  const keys = more.length === 0 ? readRecoveryKey(first) : await combineShares(typed);
  const { row, place } = await placeOf(ctx, vault);
  const { holder, kind, keyId, label } = await proveSlot({ ...place, keys });
  const slots = await listSlots(place);
  const by = ctx.who.person.name;
  const data = { key: kind, keyId, label };
  await keep(ctx, row, { slots, kind: "vault.key-proven", data, proven: { holder, by } });
  return viewOf(ctx, row, slots);
}

/** @throws KluisError NOT_FOUND; CONFLICT for the last key and the one that Kluis uses */
export async function removeKey(ctx: SignedInContext, ref: string, holder: string): Promise<View> {
  const { row, place } = await placeOf(ctx, ref);
  const known = (await listSlots(place)).keys.find((one) => one.holder === holder);
  const slots = await removeSlot(place, holder);
  const data = { key: known?.kind ?? null, keyId: known?.keyId ?? holder, label: known?.label ?? "" };
  await keep(ctx, row, { slots, kind: "vault.key-removed", data });
  return viewOf(ctx, row, slots);
}

/** Replaces root key and data key: later writes open for the present keys only. */
export async function rotateVaultKeys(ctx: SignedInContext, ref: string): Promise<View> {
  const { row, place } = await placeOf(ctx, ref);
  const before = await listSlots(place);
  const slots = await rotateKeys(place, before.generation ?? undefined);
  await keep(ctx, row, { slots, kind: "vault.keys-rotated", data: { keys: slots.keys.length } });
  return viewOf(ctx, row, slots);
}

async function placeOf(
  { api }: SignedInContext,
  ref: string,
): Promise<{ readonly row: VaultRow; readonly place: KeyPlace }> {
  const { prisma } = api.db;
  const row = await requireVault(prisma, ref);
  const { store, keys } = await api.vaults.keyPlace(prisma, row.id);
  const slotCopies = await readKeyCopies(prisma, row.id);
  const signal = AbortSignal.timeout(limitMs);
  return { row, place: { store, keys, clock: api.clock, signal, slotCopies } };
}

/** Stores copies of the slots with the event, and requests a recovery key, or no longer. */
async function keep(
  ctx: SignedInContext,
  { id, name }: VaultRow,
  change: {
    readonly slots: KeySlots;
    readonly kind: LedgerKind;
    readonly data: Readonly<Record<string, unknown>>;
    readonly proven?: { readonly holder: string; readonly by: string };
  },
): Promise<void> {
  const { kind, data, proven } = change;
  const { keys, generation } = change.slots;
  await record(ctx, async (tx) => {
    await syncVaultKeys(tx, { vaultId: id, keys, generation });
    if (proven !== undefined) await noteKeyProven(tx, { vaultId: id, ...proven });
    const target = { type: "vault", id, name } as const;
    return { result: undefined, events: [{ kind, actor: ctx.who.actor, target, data }] };
  });
  await inTransaction(ctx.api.db, (tx) => judgeRecoveryKey(tx, { id, name }));
}

async function viewOf(ctx: SignedInContext, { id, name }: VaultRow, slots: KeySlots): Promise<View> {
  const rows = new Map((await listVaultKeys(ctx.api.db.prisma, id)).map((one) => [one.holder, one]));
  const keys = slots.keys.map(({ holder, kind, keyId, label, addedAt, shares, isOwn, state }) => {
    const { usedAt = null, provenAt = null, provenBy = null } = rows.get(holder) ?? {};
    const counts = { threshold: shares?.threshold ?? null, shares: shares?.count ?? null };
    const times = { addedAt: new Date(addedAt), usedAt, provenAt, provenBy };
    return { id: holder, kind, keyId, label, ...counts, ...times, isOwn, isPresent: state === "present" };
  });
  return {
    vault: { id, name },
    keys,
    rotations: slots.epochs - 1,
    rotatedAt: slots.epochs === 1 ? null : new Date(slots.newestEpochAt),
    ignored: slots.ignored + slots.strange,
    isRecoverable: keys.some(
      ({ kind, provenAt }) => provenAt !== null && (kind === "recovery" || kind === "shares"),
    ),
  };
}
