import { keyVaultKeySchema } from "@kluis/domain/core";
import type { KeyFacts, KeyPlace, KeyRecipient, KeySlots } from "@kluis/vault";
import { z } from "zod";
import { argument, defineLocalCommand, type LocalSession, option, print } from "../../command.ts";
import { exitCodes, LocalError, UsageError } from "../../failure.ts";
import { minuteOf } from "../../format.ts";
import type { Look } from "../../look.ts";
import { type Column, formatTable } from "../../table.ts";
import { text } from "../../values.ts";
import { openKeys, openKeyVault, openNamedStore, type VaultInput, vaultOptions } from "../../vault/open.ts";

async function placeOf(session: LocalSession, input: VaultInput): Promise<KeyPlace> {
  const { systemClock } = await import("@kluis/domain/core");
  const store = await openNamedStore(session, input);
  const keys = await openKeys(session, input, { create: false });
  return { store, keys, clock: systemClock, signal: session.signal };
}

/** The copies of slots stay out: JSON of a list is not where a backup of a key belongs. */
function answerOf({ keys, ...facts }: KeySlots): object {
  return { ...facts, keys: keys.map(({ copy: _copy, ...key }) => key) };
}

function keysTable({ keys, ignored, strange }: KeySlots, look: Look): string {
  const columns: readonly Column<KeyFacts>[] = [
    { title: "ID", value: ({ holder }) => holder },
    { title: "KIND", value: kindOf },
    { title: "LABEL", value: ({ label }) => label, shrinkTo: 10 },
    { title: "ADDED (UTC)", value: ({ addedAt }) => minuteOf(addedAt) },
    { title: "STATE", value: ({ state, isOwn }) => (isOwn ? "in use here" : state) },
  ];
  const table = formatTable(columns, keys, { empty: "No keys.", look });
  return ignored + strange === 0 ? table : `${table}\n${ignored + strange} other objects are ignored.`;
}

function kindOf({ kind, shares }: KeyFacts): string {
  return shares === null ? kind : `${shares.threshold} of ${shares.count} shares`;
}

export const vaultKeys = defineLocalCommand({
  name: "vault keys",
  summary: "List the keys that open a vault",
  input: { ...vaultOptions },
  examples: ["vault keys --vault /backup/vault --key-file vault.key"],
  run: async (session, input) => {
    const { listSlots } = await import("@kluis/vault");
    const slots = await listSlots(await placeOf(session, input));
    print(session, answerOf(slots), (look) => keysTable(slots, look));
    return exitCodes.ok;
  },
});

/** `2/3`: any two of three shares. */
const sharesSchema = z
  .string()
  .regex(/^\d{1,2}\/\d{1,2}$/, "Use a number of shares such as 2/3: any two of three.")
  .transform((value) => value.split("/").map(Number))
  .pipe(z.tuple([z.int(), z.int()]));

export const vaultAddKey = defineLocalCommand({
  name: "vault add-key",
  summary: "Add a key: on paper, in a file, or in Azure Key Vault",
  details:
    "Without an option it makes a recovery key. Recovery keys and shares are printed once, on standard output: put them on paper. A file with their text opens the vault as --key-file.",
  input: {
    label: option("text", "where the key is kept, or who has it", text.pipe(z.string().max(80)).default("")),
    newKeyFile: option("file", "add the key of this file; it is created when it is missing", text.optional()),
    newKeyVault: option(
      "address",
      "add this RSA key of Azure Key Vault, and prove that it opens the vault",
      keyVaultKeySchema.optional(),
    ),
    shares: option("m/n", "make n shares, of which any m open the vault", sharesSchema.optional()),
    ...vaultOptions,
  },
  examples: [
    "vault add-key --label safe",
    "vault add-key --shares 2/3",
    "vault add-key --new-key-file second.key",
    "vault add-key --new-key-vault https://NAME.vault.azure.net/keys/KEY",
  ],
  run: async (session, { label, newKeyFile, newKeyVault, shares, ...input }) => {
    if ([newKeyFile, newKeyVault, shares].filter((one) => one !== undefined).length > 1)
      throw new UsageError(
        "A key is a file, shares, or in Azure Key Vault.",
        "Use one of --new-key-file, --new-key-vault and --shares.",
      );
    const vault = await import("@kluis/vault");
    const place = await placeOf(session, input);
    const made = await makeKey(session, { newKeyFile, newKeyVault, shares });
    const { keyId } = made.recipient;
    const slots = await vault.addSlot(place, { recipient: made.recipient, label });
    if (made.proof !== null) await vault.proveSlot({ ...place, keys: made.proof });
    const added = slots.keys.find((one) => one.keyId === keyId);
    const answer = { holder: added?.holder ?? null, keyId, secrets: made.secrets };
    print(session, answer, () =>
      made.secrets.length === 0 ? `Added the key ${newKeyFile ?? keyId}.` : made.secrets.join("\n\n"),
    );
    return exitCodes.ok;
  },
});

interface MadeKey {
  readonly recipient: KeyRecipient;
  /** Printed once. */
  readonly secrets: readonly string[];
  /** Opens the vault at once, to show that it can. */
  readonly proof: KeyPlace["keys"] | null;
}

async function makeKey(
  { terminal, signal }: LocalSession,
  wanted: {
    readonly newKeyFile: string | undefined;
    readonly newKeyVault: string | undefined;
    readonly shares: readonly [number, number] | undefined;
  },
): Promise<MadeKey> {
  const vault = await import("@kluis/vault");
  if (wanted.newKeyFile !== undefined) {
    const { recipient } = await vault.openLocalKeyFile(wanted.newKeyFile);
    return { recipient, secrets: [], proof: null };
  }
  if (wanted.newKeyVault !== undefined) {
    const client = await openKeyVault(terminal);
    const recipient = await vault.keyVaultRecipient(client, wanted.newKeyVault, signal);
    return { recipient, secrets: [], proof: new vault.KeyVaultKey(client, recipient) };
  }
  if (wanted.shares !== undefined) {
    const { key, shares } = await vault.createShares(...wanted.shares);
    return { recipient: key.recipient, secrets: shares.map((share) => share.text), proof: null };
  }
  const { key, text: secret } = vault.createRecoveryKey();
  return { recipient: key.recipient, secrets: [secret], proof: null };
}

export const vaultPublicKey = defineLocalCommand({
  name: "vault public-key",
  summary: "Print the public half of a key file",
  details:
    "Creates the file when it is missing. The public half is not secret: kluis keys add-file takes it.",
  input: { keyFile: argument("key file", text) },
  examples: ["vault public-key standby.key"],
  run: async (session, { keyFile }) => {
    const { openLocalKeyFile } = await import("@kluis/vault");
    const { keyId, publicKey } = (await openLocalKeyFile(keyFile)).recipient;
    print(session, { keyId, publicKey }, () => publicKey);
    return exitCodes.ok;
  },
});

export const vaultRemoveKey = defineLocalCommand({
  name: "vault remove-key",
  summary: "Remove a key of a vault",
  details:
    "A copy of its slot still opens what was written before. Run kluis vault rotate-keys to protect later content.",
  input: { id: argument("id of the key, or a unique beginning of it", text), ...vaultOptions },
  examples: ["vault remove-key 3f2a9c"],
  run: async (session, { id, ...input }) => {
    const { listSlots, removeSlot } = await import("@kluis/vault");
    const place = await placeOf(session, input);
    const matches = (await listSlots(place)).keys.filter(({ holder }) => holder.startsWith(id));
    const [found, ...others] = matches;
    if (found === undefined)
      throw new LocalError("NOT_FOUND", { message: `The vault has no key ${id}.`, action: "List its keys." });
    if (others.length > 0) throw new UsageError(`${matches.length} keys start with ${id}.`);
    const slots = await removeSlot(place, found.holder);
    print(session, answerOf(slots), (look) => keysTable(slots, look));
    return exitCodes.ok;
  },
});

export const vaultRotateKeys = defineLocalCommand({
  name: "vault rotate-keys",
  summary: "Replace the data key of content written from now on",
  details:
    "All present keys keep opening the vault. Engines notice it when they open the vault the next time.",
  input: { ...vaultOptions },
  examples: ["vault rotate-keys --vault /backup/vault --key-file vault.key"],
  run: async (session, input) => {
    const { rotateKeys } = await import("@kluis/vault");
    const slots = await rotateKeys(await placeOf(session, input));
    print(
      session,
      answerOf(slots),
      () => `The vault has ${slots.epochs} data keys; new content uses the newest.`,
    );
    return exitCodes.ok;
  },
});
