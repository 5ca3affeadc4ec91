/** Keys of a vault: adds, proves, removes and rotates them. Secrets exist in this process for one request, and are stored nowhere. */
import {
  inTransaction,
  judgeRecoveryKey,
  listVaultKeys,
  noteKeyProven,
  noteViolations,
  readGuardrails,
  readKeyCopies,
  requireVault,
  syncVaultKeys,
  type VaultKeyRow,
  type VaultRow,
} from "@kluis/db";
import { KluisError, type LedgerKind, mustKeepGuardrails } from "@kluis/domain";
import {
  combineShares,
  createRecoveryKey,
  createShares,
  isShare,
  type KeyPlace,
  type KeyRecipient,
  type KeySlots,
  keyFileRecipient,
  listSlots,
  newHolderId,
  proveSlot,
  readRecoveryKey,
} from "@kluis/vault";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { record } from "../record.ts";
import { askEngine } from "./ask.ts";
import type { AddKeyFileInput, AddKeyVaultInput, AddSharesInput, ProveKeyInput } from "./inputs.ts";
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
  const { id, name } = await addKey(ctx, ref, { recipient: key.recipient, label });
  const papers = [{ number: 1, text }];
  return { keyId: key.recipient.keyId, label, vault: { id, name }, setId: null, threshold: null, papers };
}

/** Makes a key in shares. Their texts are in the answer, and nowhere else. */
export async function addShares(ctx: SignedInContext, input: AddSharesInput): Promise<Paper> {
  const { vault, label, threshold, count } = input;
  const { key, setId, shares } = await createShares(threshold, count);
  const { id, name } = await addKey(ctx, vault, { recipient: key.recipient, label });
  const { keyId } = key.recipient;
  return { keyId, label, vault: { id, name }, setId, threshold, papers: [...shares] };
}

/** Adds the key of another key file, by its public half. */
export async function addKeyFile(
  ctx: SignedInContext,
  { vault, label, publicKey }: AddKeyFileInput,
): Promise<View> {
  const row = await addKey(ctx, vault, { recipient: keyFileRecipient(publicKey), label });
  return listKeys(ctx, row.id);
}

/** Adds a key in Azure Key Vault. The engine shows that it opens the vault. */
export async function addKeyVault(ctx: SignedInContext, input: AddKeyVaultInput): Promise<View> {
  const { vault, label, address } = input;
  const row = await requireVault(ctx.api.db.prisma, vault);
  await askEngine(ctx, row, { kind: "add-key-vault", holder: newHolderId(), label, address });
  return listKeys(ctx, row.id);
}

async function addKey(
  ctx: SignedInContext,
  ref: string,
  { recipient, label }: { readonly recipient: KeyRecipient; readonly label: string },
): Promise<VaultRow> {
  const row = await requireVault(ctx.api.db.prisma, ref);
  const { kind, keyId, publicKey, shares } = recipient;
  const known = { kind, keyId, publicKey, ...(shares === undefined ? {} : { shares }) };
  await askEngine(ctx, row, { kind: "add", holder: newHolderId(), label, recipient: known });
  return row;
}

/**
 * Proves that a typed recovery key, or typed shares, open the vault as it is in the storage.
 * @throws KluisError INPUT_INVALID naming the typing error, VAULT_KEY_WRONG
 */
export async function proveKey(ctx: SignedInContext, { vault, typed }: ProveKeyInput): Promise<View> {
  const [first = "", ...more] = typed;
  const isAlone = more.length === 0 && !isShare(first);
  const keys = isAlone ? readRecoveryKey(first) : await combineShares(typed);
  const { row, place } = await placeOf(ctx, vault);
  const { holder, kind, keyId, label } = await proveSlot({ ...place, keys });
  const slots = await listSlots(place);
  const by = ctx.who.person.name;
  const data = { key: kind, keyId, label };
  await keep(ctx, row, { slots, kind: "vault.key-proven", data, proven: { holder, by } });
  return viewOf(ctx, row, slots);
}

/** @throws KluisError NOT_FOUND; CONFLICT for the last key, the last proven one and the one that Kluis uses; GUARDRAIL for the last one in Key Vault where one is required */
export async function removeKey(ctx: SignedInContext, ref: string, holder: string): Promise<View> {
  const { prisma } = ctx.api.db;
  const row = await requireVault(prisma, ref);
  const keys = await listVaultKeys(prisma, row.id);
  const gone = keys.find((one) => one.holder === holder);
  const isProven = ({ kind, provenAt }: VaultKeyRow): boolean =>
    (kind === "recovery" || kind === "shares") && provenAt !== null;
  if (gone !== undefined && isProven(gone) && !keys.some((one) => one !== gone && isProven(one)))
    throw lastProvenKey(gone);
  const isInKeyVault = ({ kind }: VaultKeyRow): boolean => kind === "key-vault";
  const needed = (await readGuardrails(prisma)).vaults?.keys?.includes("key-vault") === true;
  if (needed && gone !== undefined && isInKeyVault(gone) && keys.filter(isInKeyVault).length === 1)
    mustKeepGuardrails([{ rule: "vault-key-vault", params: { vault: row.name } }]);
  await askEngine(ctx, row, { kind: "remove", holder });
  return listKeys(ctx, row.id);
}

function lastProvenKey({ keyId, label }: VaultKeyRow): KluisError {
  return new KluisError("CONFLICT", {
    reason: "last-proven-key",
    message: `${label || keyId} is the only key on paper that was proven.`,
    action: "Make another recovery key and type it back first.",
    params: { key: keyId, label },
  });
}

/** Replaces root key and data key: later writes open for the present keys only. */
export async function rotateVaultKeys(ctx: SignedInContext, ref: string): Promise<View> {
  const { row, place } = await placeOf(ctx, ref);
  const { generation } = await listSlots(place);
  await askEngine(ctx, row, { kind: "rotate", from: generation });
  return listKeys(ctx, row.id);
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
  await inTransaction(ctx.api.db, async (tx) => {
    await judgeRecoveryKey(tx, { id, name });
    await noteViolations(tx);
  });
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
