import { catalog } from "#messages/catalog.ts";

/** A vault that must not be used for this. */
export const unusableVaultErrors = catalog({
  en: {
    VAULT_UNUSABLE: {
      title: "The vault cannot be used",
      message: "The vault cannot be used for this.",
      action: "Ask an owner to check the vault under Settings.",
      reasons: {
        disabled: {
          message: "Vault {vault} is disabled, so it takes no new backups.",
          action: "Enable it under Settings, or make another vault the default.",
        },
        "no-default": {
          message: "No vault is the default, so new backups have no place.",
          action: "Make a vault the default under Settings.",
        },
        environment: {
          message: "The environment does not describe vault {vault} anymore.",
          action: "Set the variables of the vault again for engine and portal, or disable it.",
        },
        secret: {
          message: "The stored credential of vault {vault} cannot be decrypted.",
          action: "Restore the key file for stored secrets, or enter the credential again.",
        },
        overwrites: {
          message: "The storage replaced an object although the request forbade it.",
          action: "Use another storage account or folder: a vault never replaces an object.",
        },
        loses: {
          message: "The storage does not return what was written to it.",
          action: "Use another storage account or folder for the vault.",
        },
        clock: {
          message: "The clock of the storage differs from that of the engine by more than 5 minutes.",
          action: "Correct the clock of the engine’s machine.",
        },
        comparing: {
          message: "Vault {vault} and the database differ, and are being compared.",
          action: "Nothing to do: backups continue when every pack has been compared.",
        },
        foreign: {
          message: "The storage of vault {vault} holds another vault.",
          action: "Put the right storage in its place, or make another vault the default under Settings.",
        },
        missing: {
          message: "The storage of vault {vault} holds no vault.",
          action:
            "Mount its folder or undelete its container, or make another vault the default under Settings.",
        },
        unreadable: {
          message: "The object {object} of vault {vault} is damaged, so nothing of the vault can be read.",
          action:
            "Put the object back from a copy of the storage, or make another vault the default under Settings.",
        },
      },
    },
  },
  nl: {
    VAULT_UNUSABLE: {
      title: "De kluis is niet bruikbaar",
      message: "De kluis is hiervoor niet bruikbaar.",
      action: "Vraag een eigenaar om de kluis bij Instellingen te controleren.",
      reasons: {
        disabled: {
          message: "Kluis {vault} is uitgeschakeld en neemt geen nieuwe back-ups aan.",
          action: "Schakel de kluis bij Instellingen in of maak een andere kluis de standaard.",
        },
        "no-default": {
          message: "Geen enkele kluis is de standaard, dus nieuwe back-ups hebben geen plek.",
          action: "Maak bij Instellingen een kluis de standaard.",
        },
        environment: {
          message: "De omgeving beschrijft kluis {vault} niet meer.",
          action: "Stel de variabelen van de kluis weer in voor engine en portal, of schakel de kluis uit.",
        },
        secret: {
          message: "De opgeslagen referentie van kluis {vault} kan niet worden ontsleuteld.",
          action: "Zet het sleutelbestand voor opgeslagen geheimen terug of voer de referentie opnieuw in.",
        },
        overwrites: {
          message: "De opslag verving een object terwijl de aanvraag dat verbood.",
          action: "Gebruik een ander opslagaccount of een andere map: een kluis vervangt nooit een object.",
        },
        loses: {
          message: "De opslag geeft niet terug wat erin is geschreven.",
          action: "Gebruik een ander opslagaccount of een andere map voor de kluis.",
        },
        clock: {
          message: "De klok van de opslag wijkt meer dan 5 minuten af van die van de engine.",
          action: "Zet de klok van de machine van de engine gelijk.",
        },
        comparing: {
          message: "Kluis {vault} en de database verschillen, en worden vergeleken.",
          action: "U hoeft niets te doen: back-ups gaan verder zodra elk pakket is vergeleken.",
        },
        foreign: {
          message: "De opslag van kluis {vault} bevat een andere kluis.",
          action: "Zet de juiste opslag terug, of maak bij Instellingen een andere kluis de standaard.",
        },
        missing: {
          message: "De opslag van kluis {vault} bevat geen kluis.",
          action:
            "Koppel de map aan of herstel de verwijderde container, of maak bij Instellingen een andere kluis de standaard.",
        },
        unreadable: {
          message: "Het object {object} van kluis {vault} is beschadigd, dus van de kluis is niets leesbaar.",
          action:
            "Zet het object terug uit een kopie van de opslag, of maak bij Instellingen een andere kluis de standaard.",
        },
      },
    },
  },
});
