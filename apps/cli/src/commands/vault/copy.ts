import { formatBytes } from "@kluis/domain/core";
import { argument, defineLocalCommand, option, print } from "../../command.ts";
import { exitCodes } from "../../failure.ts";
import { countOf } from "../../format.ts";
import type { Look } from "../../look.ts";
import { Progress } from "../../progress.ts";
import { text } from "../../values.ts";
import { openStore, type StoreVariables } from "../../vault/address.ts";
import type { CopyResult } from "../../vault/copy.ts";
import { openNamedVault, vaultOptions } from "../../vault/open.ts";

/** Of the target. Two containers may be in two accounts, with two secrets. */
const variables: StoreVariables = {
  vault: "KLUIS_VAULT_COPY",
  connectionFile: "KLUIS_VAULT_COPY_CONNECTION_FILE",
  connection: "KLUIS_VAULT_COPY_CONNECTION",
};

export const vaultCopy = defineLocalCommand({
  name: "vault copy",
  summary: "Copy what another vault does not have yet",
  details:
    "The copy is a whole vault with the same keys: list, verify, restore and collect work on it. A stopped copy continues. Exit code 1 means that some points could not be copied.",
  input: {
    to: argument("folder, or https address of a blob container", text),
    toConnectionFile: option("file", "connection string or SAS token of the target", text.optional()),
    ...vaultOptions,
  },
  examples: [
    "vault copy /mnt/second/vault --vault /backup/vault --key-file vault.key",
    "vault copy https://acct2.example/copy --to-connection-file sas.txt",
  ],
  run: async (session, { to: address, toConnectionFile, ...input }) => {
    const { terminal, signal } = session;
    const { copyVault } = await import("../../vault/copy.ts");
    const { vault, store: from } = await openNamedVault(session, input);
    const target = { vault: address, connectionFile: toConnectionFile, create: true };
    const to = await openStore(session, target, variables);
    const progress = new Progress(terminal, `Copy to ${to.description}`);
    const onProgress = ({ objects, bytes }: { readonly objects: number; readonly bytes: number }): void =>
      progress.showStage(`${countOf(objects, "object")}, ${formatBytes(bytes)}`);
    try {
      const result = await copyVault({ from, vault, to, signal, onProgress });
      progress.end();
      print(session, { vaultId: vault.id, place: to.place, ...result }, (look) => report(result, look));
      return result.missing.length === 0 ? exitCodes.ok : exitCodes.failed;
    } finally {
      progress.end();
    }
  },
});

function report({ points, added, objects, bytes, missing }: CopyResult, look: Look): string {
  const bad = missing.map(({ pointId, message }) => look.paint("bad", `${pointId}: ${message}`));
  const moved = `${countOf(objects, "object")}, ${formatBytes(bytes)}`;
  const state = `Added ${countOf(added, "recovery point")} (${moved}). The copy has ${points - missing.length} of ${points}.`;
  return [...bad, state].join("\n");
}
