/** The keys of the vaults of an installation. */
import { keyVaultKeySchema } from "@kluis/domain";
import { z } from "zod";
import { argument, defineCommand, option, print, type Session } from "../command.ts";
import { exitCodes } from "../failure.ts";
import { minuteOf } from "../format.ts";
import { readSecret } from "../secret-input.ts";
import { type Column, formatTable } from "../table.ts";
import { text } from "../values.ts";

type Keys = Awaited<ReturnType<typeof listKeys>>;
type Key = Keys["keys"][number];

const reference = argument("name or id", text);
const label = () => option("text", "where the paper is", text.default("Recovery key"));

const kinds = {
  file: "key file",
  recovery: "recovery key",
  shares: "shares",
  "key-vault": "Key Vault",
} as const satisfies Record<Key["kind"], string>;

const columns: readonly Column<Key>[] = [
  { title: "ID", value: ({ id }) => id },
  {
    title: "KIND",
    value: ({ kind, threshold, shares }) =>
      threshold === null ? kinds[kind] : `${kinds[kind]}, ${threshold} of ${shares}`,
  },
  { title: "LABEL", value: ({ label: name }) => name, shrinkTo: 12 },
  { title: "ADDED (UTC)", value: ({ addedAt }) => minuteOf(addedAt), leaveOut: 2 },
  { title: "USED (UTC)", value: ({ usedAt }) => minuteOf(usedAt), leaveOut: 1 },
  { title: "PROVEN (UTC)", value: ({ provenAt }) => minuteOf(provenAt) },
];

const listKeys = (session: Session, vault: string) =>
  session.server.call((api) => api.vaultKeys.list.query({ vault }));

function show(session: Session, answer: Keys): void {
  print(session, answer, (look) => {
    const ask = answer.isRecoverable ? "" : "\nNo key on paper is proven: run kluis keys add-recovery.";
    return formatTable(columns, answer.keys, { empty: "No keys.", look }) + ask;
  });
}

export const keysList = defineCommand({
  name: "keys list",
  summary: "List the keys that open a vault",
  input: { vault: reference },
  examples: ["keys list main"],
  run: async (session, { vault }) => {
    show(session, await listKeys(session, vault));
    return exitCodes.ok;
  },
});

export const keysAddRecovery = defineCommand({
  name: "keys add-recovery",
  summary: "Make a recovery key and show it once",
  details: "Record it on paper or print it, then type it back with kluis keys prove-recovery.",
  input: { vault: reference, label: label() },
  examples: ['keys add-recovery main --label "Safe in Utrecht"'],
  run: async (session, { vault, label: name }) => {
    const made = await session.server.call((api) => api.vaultKeys.addRecovery.mutate({ vault, label: name }));
    print(session, made, () => made.papers.map(({ text: printed }) => printed).join("\n"));
    return exitCodes.ok;
  },
});

export const keysAddShares = defineCommand({
  name: "keys add-shares",
  summary: "Make a key in shares and show them once",
  details: "Any of them, as many as the threshold, open the vault together; fewer reveal nothing.",
  input: {
    vault: reference,
    threshold: option("number", "how many are needed", z.coerce.number().int().default(2)),
    shares: option("number", "how many are made", z.coerce.number().int().default(3)),
    label: label(),
  },
  examples: ["keys add-shares main --threshold 2 --shares 3"],
  run: async (session, { vault, threshold, shares: count, label: name }) => {
    const made = await session.server.call((api) =>
      api.vaultKeys.addShares.mutate({ vault, threshold, count, label: name }),
    );
    print(session, made, () =>
      made.papers
        .map((one) => `Set ${made.setId}, share ${one.number} of ${count}:\n${one.text}`)
        .join("\n\n"),
    );
    return exitCodes.ok;
  },
});

export const keysAddKeyVault = defineCommand({
  name: "keys add-key-vault",
  summary: "Add a key in Azure Key Vault",
  details:
    "An RSA key. An engine reads its public half, and shows that its identity may unwrap with it (docs/azure-setup.md).",
  input: {
    vault: reference,
    address: argument("https://NAME.vault.azure.net/keys/KEY", keyVaultKeySchema),
    label: option("text", "what the key is for", text.default("Azure Key Vault")),
  },
  examples: ["keys add-key-vault main https://backup-keys.vault.azure.net/keys/kluis"],
  run: async (session, { vault, address, label: name }) => {
    show(
      session,
      await session.server.call((api) => api.vaultKeys.addKeyVault.mutate({ vault, address, label: name })),
    );
    return exitCodes.ok;
  },
});

export const keysAddFile = defineCommand({
  name: "keys add-file",
  summary: "Add the key of another key file by its public half",
  details: "kluis vault public-key prints it where the file is. The file itself stays there.",
  input: {
    vault: reference,
    publicKey: argument("44 characters", text),
    label: option("text", "where the file is", text.default("Key file")),
  },
  examples: ["keys add-file main q0V1kWlTcXyZ0123456789abcdefghijABCDEFGHIJK="],
  run: async (session, { vault, publicKey, label: name }) => {
    show(
      session,
      await session.server.call((api) => api.vaultKeys.addFile.mutate({ vault, publicKey, label: name })),
    );
    return exitCodes.ok;
  },
});

export const keysProveRecovery = defineCommand({
  name: "keys prove-recovery",
  summary: "Prove a recovery key or shares by typing them back",
  details: "One recovery key, or one share a line.",
  input: {
    vault: reference,
    secretFile: option("file", "holds what was typed; - reads standard input", text.optional()),
    secretEnv: option("name", "the variable that holds it", text.optional()),
  },
  examples: ["keys prove-recovery main --secret-file -"],
  run: async (session, { vault, ...source }) => {
    const lines = (await readSecret(session, source)).split("\n");
    const typed = lines.map((line) => line.trim()).filter((line) => line !== "");
    show(session, await session.server.call((api) => api.vaultKeys.prove.mutate({ vault, typed })));
    return exitCodes.ok;
  },
});

export const keysRemove = defineCommand({
  name: "keys remove",
  summary: "Remove a key of a vault",
  details: "Copies of its slot still open what was written before. Rotate to protect what is written next.",
  input: { vault: reference, key: argument("id from the list", text) },
  examples: ["keys remove main 0123456789abcdef"],
  run: async (session, { vault, key }) => {
    show(session, await session.server.call((api) => api.vaultKeys.remove.mutate({ vault, key })));
    return exitCodes.ok;
  },
});

export const keysRotate = defineCommand({
  name: "keys rotate",
  summary: "Replace the data key of a vault for all present keys",
  details: "Later writes open for the present keys only. Older data keeps its data key.",
  input: { vault: reference },
  examples: ["keys rotate main"],
  run: async (session, { vault }) => {
    show(session, await session.server.call((api) => api.vaultKeys.rotate.mutate({ vault })));
    return exitCodes.ok;
  },
});
