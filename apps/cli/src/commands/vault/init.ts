import { defineLocalCommand, print } from "../../command.ts";
import { exitCodes } from "../../failure.ts";
import { openKeys, openNamedStore, vaultOptions } from "../../vault/open.ts";

export const vaultInit = defineLocalCommand({
  name: "vault init",
  summary: "Create a vault, and its key file if it is missing",
  details: "Keep a copy of the key file in a second, safe place: without a key the vault cannot be read.",
  input: { ...vaultOptions },
  examples: ["vault init --vault /backup/vault --key-file vault.key"],
  run: async (session, input) => {
    const [{ createVault }, { systemClock }] = await Promise.all([
      import("@kluis/vault"),
      import("@kluis/domain/core"),
    ]);
    const store = await openNamedStore(session, input, { create: true });
    const keys = await openKeys(session, input, { create: true });
    const vault = await createVault({ store, keys, clock: systemClock, signal: session.signal });
    const answer = { vaultId: vault.id, createdAt: vault.createdAt, place: store.place };
    print(session, answer, () => `Created the vault ${vault.id} in ${store.description}.`);
    return exitCodes.ok;
  },
});
