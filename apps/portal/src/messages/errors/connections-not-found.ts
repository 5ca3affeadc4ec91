import { catalog } from "#messages/catalog.ts";

/** Reasons of NOT_FOUND that concern connections and vaults. */
export const connectionsNotFound = catalog({
  en: {
    connection: {
      message: "There is no connection {connection}.",
      action: "Check the list of connections under Settings.",
    },
    "vault-key": {
      message: "The vault has no key {key}.",
      action: "Reload the list of keys.",
    },
    vault: {
      message: "There is no vault {vault}.",
      action: "Check the list of vaults under Settings.",
    },
  },
  nl: {
    connection: {
      message: "Er is geen verbinding {connection}.",
      action: "Controleer de lijst met verbindingen bij Instellingen.",
    },
    "vault-key": {
      message: "De kluis heeft geen sleutel {key}.",
      action: "Laad de lijst met sleutels opnieuw.",
    },
    vault: {
      message: "Er is geen kluis {vault}.",
      action: "Controleer de lijst met kluizen bij Instellingen.",
    },
  },
});
