import { catalog } from "#messages/catalog.ts";

/** The vault and its storage. */
export const vaultErrors = catalog({
  en: {
    VAULT_UNREACHABLE: {
      title: "The vault does not answer",
      message: "The storage of the vault could not be reached.",
      action: "Kluis tries again. Check the storage account if it persists.",
    },
    VAULT_FULL: {
      title: "The vault is full",
      message: "The storage of the vault has no space left.",
      action: "Free space or enlarge the storage.",
    },
    VAULT_NOT_INITIALISED: {
      title: "The vault is not initialized",
      message: "No vault exists at the configured place.",
      action: "Start the engine once, so that it creates the vault.",
    },
    VAULT_ALREADY_EXISTS: {
      title: "The vault exists already",
      message: "There is a vault at this place.",
      action: "Use the existing vault, or choose another place.",
    },
    VAULT_VERSION_UNSUPPORTED: {
      title: "The vault has an unsupported version",
      message: "A newer version of Kluis wrote this vault.",
      action: "Update Kluis.",
    },
    VAULT_KEY_WRONG: {
      title: "The vault key is wrong",
      message: "The configured key does not open this vault.",
      action: "The platform owner must check the key.",
    },
    VAULT_DATA_DAMAGED: {
      title: "Data in the vault is damaged",
      message: "An object of the vault does not match its digest.",
      action: "Verify the recovery point, and use another point of the same virtual machine.",
    },
    VAULT_OBJECT_MISSING: {
      title: "Data in the vault is missing",
      message: "An object that the recovery point needs is missing.",
      action: "Verify the recovery point, and use another point of the same virtual machine.",
    },
    VAULT_OBJECT_EXISTS: {
      title: "The object exists already",
      message: "The vault never overwrites an object.",
      action: "Try again.",
    },
  },
  nl: {
    VAULT_UNREACHABLE: {
      title: "De kluis reageert niet",
      message: "De opslag van de kluis is niet bereikbaar.",
      action: "Kluis probeert het opnieuw. Controleer anders het opslagaccount.",
    },
    VAULT_FULL: {
      title: "De kluis is vol",
      message: "De opslag van de kluis heeft geen ruimte meer.",
      action: "Maak ruimte vrij of vergroot de opslag.",
    },
    VAULT_NOT_INITIALISED: {
      title: "De kluis is niet geïnitialiseerd",
      message: "Op de geconfigureerde plaats bestaat geen kluis.",
      action: "Start de engine één keer om de kluis te maken.",
    },
    VAULT_ALREADY_EXISTS: {
      title: "De kluis bestaat al",
      message: "Op deze plaats bestaat al een kluis.",
      action: "Gebruik de bestaande kluis of kies een andere plaats.",
    },
    VAULT_VERSION_UNSUPPORTED: {
      title: "De kluis heeft een niet-ondersteunde versie",
      message: "Een nieuwere versie van Kluis heeft deze kluis geschreven.",
      action: "Werk Kluis bij.",
    },
    VAULT_KEY_WRONG: {
      title: "De sleutel van de kluis is onjuist",
      message: "De geconfigureerde sleutel opent deze kluis niet.",
      action: "De platformeigenaar moet de sleutel controleren.",
    },
    VAULT_DATA_DAMAGED: {
      title: "Gegevens in de kluis zijn beschadigd",
      message: "Een object in de kluis komt niet overeen met zijn digest.",
      action: "Verifieer het herstelpunt en gebruik een ander herstelpunt van dezelfde virtuele machine.",
    },
    VAULT_OBJECT_MISSING: {
      title: "Gegevens in de kluis ontbreken",
      message: "Een object dat het herstelpunt nodig heeft, ontbreekt.",
      action: "Verifieer het herstelpunt en gebruik een ander herstelpunt van dezelfde virtuele machine.",
    },
    VAULT_OBJECT_EXISTS: {
      title: "Het object bestaat al",
      message: "De kluis overschrijft nooit een object.",
      action: "Probeer het opnieuw.",
    },
  },
});
