/** Problems of a key that a user typed: reasons of `INPUT_INVALID`. */
export const vaultKeyReasons = {
  en: {
    "printed-length": {
      message: "The key has {found, number} characters. It must have {expected, number}.",
      action: "Type all groups in order. Dashes, spaces and line breaks do not count.",
    },
    "printed-group": {
      message: "Group {group, number} has a typing error.",
      action: "Compare this group with the paper and correct it.",
    },
    "printed-whole": {
      message: "Every group is well formed, but they do not belong together.",
      action: "Check whether groups of two papers were mixed.",
    },
    "public-key": {
      message: "This is not the public half of a key.",
      action: "Copy all that `kluis vault public-key` prints for the key file.",
    },
    "share-group": {
      message: "Group {group, number} of share {share, number} has a typing error.",
      action: "Compare this group with the paper and correct it.",
    },
    "share-counts": {
      message: "{threshold, number} of {count, number} shares are not possible.",
      action: "Use 2 to {most, number} shares, and a threshold from 2 to their number.",
    },
    "shares-too-few": {
      message: "This set needs {threshold, number} different shares. You gave {found, number}.",
      action: "Add shares of the same set.",
    },
    "share-of-other-set": {
      message: "Share {share, number} does not belong to the same set as the others.",
      action: "Compare the set ids on the papers.",
    },
    "key-vault-address": {
      message: "This is not the address of a key in Azure Key Vault.",
      action: "Use an address such as https://NAME.vault.azure.net/keys/KEY.",
    },
    "key-vault-key": {
      message: "The key {key} cannot wrap the key of a vault.",
      action: "Use an RSA key of 2048 bits or more that allows wrapKey and unwrapKey.",
    },
  },
  nl: {
    "printed-length": {
      message: "De sleutel heeft {found, number} tekens. Het moeten er {expected, number} zijn.",
      action: "Typ alle groepen op volgorde. Streepjes, spaties en regeleinden tellen niet mee.",
    },
    "printed-group": {
      message: "Groep {group, number} bevat een typefout.",
      action: "Vergelijk deze groep met het papier en verbeter hem.",
    },
    "printed-whole": {
      message: "Elke groep klopt op zichzelf, maar ze horen niet bij elkaar.",
      action: "Controleer of groepen van twee papieren door elkaar zijn geraakt.",
    },
    "public-key": {
      message: "Dit is niet de publieke helft van een sleutel.",
      action: "Kopieer alles wat `kluis vault public-key` voor het sleutelbestand afdrukt.",
    },
    "share-group": {
      message: "Groep {group, number} van deel {share, number} bevat een typefout.",
      action: "Vergelijk deze groep met het papier en verbeter hem.",
    },
    "share-counts": {
      message: "{threshold, number} van {count, number} delen is niet mogelijk.",
      action: "Gebruik 2 tot {most, number} delen, en een drempel van 2 tot hun aantal.",
    },
    "shares-too-few": {
      message: "Deze set heeft {threshold, number} verschillende delen nodig. U gaf er {found, number}.",
      action: "Voeg delen van dezelfde set toe.",
    },
    "share-of-other-set": {
      message: "Deel {share, number} hoort niet bij dezelfde set als de andere.",
      action: "Vergelijk de set-id's op de papieren.",
    },
    "key-vault-address": {
      message: "Dit is geen adres van een sleutel in Azure Key Vault.",
      action: "Gebruik een adres zoals https://NAAM.vault.azure.net/keys/SLEUTEL.",
    },
    "key-vault-key": {
      message: "De sleutel {key} kan de sleutel van een kluis niet inpakken.",
      action: "Gebruik een RSA-sleutel van 2048 bits of meer die wrapKey en unwrapKey toestaat.",
    },
  },
} as const;

/** What a change of keys may not do: reasons of `CONFLICT`. */
export const vaultKeyConflicts = {
  en: {
    "key-known": {
      message: "The vault has the key {key} already.",
      action: "Use another key.",
    },
    "key-in-use": {
      message: "Kluis itself opens the vault with the key {key}.",
      action: "The operator must configure another key of the vault first.",
    },
    "last-key": {
      message: "{key} is the only key of the vault.",
      action: "Add another key first.",
    },
    "too-many-keys": {
      message: "The vault has {most, number} keys. That is the most it can have.",
      action: "Remove a key first.",
    },
    "last-proven-key": {
      message: "{label} is the only key on paper that was proven.",
      action: "Make another recovery key and type it back first.",
    },
    "too-many-key-changes": {
      message: "{most} changes of the vault's keys wait for an engine.",
      action: "Check that an engine runs, and wait until it has made them.",
    },
    "no-engine": {
      message: "No engine answered, so the keys of {vault} are unchanged.",
      action: "Check that an engine runs, and try again.",
    },
    "too-many-rotations": {
      message:
        "The data key of this vault was replaced {most, number} times. That is the most that is possible.",
      action: "Copy the vault to a new one.",
    },
    "too-many-slots": {
      message:
        "More than {most, number} objects in keys/ of this vault look like keys, so its keys stay as they are.",
      action: "Delete the unknown objects below keys/ in the storage, and try again.",
    },
  },
  nl: {
    "key-known": {
      message: "De kluis heeft de sleutel {key} al.",
      action: "Gebruik een andere sleutel.",
    },
    "key-in-use": {
      message: "Kluis opent de kluis zelf met de sleutel {key}.",
      action: "De beheerder moet eerst een andere sleutel van de kluis instellen.",
    },
    "last-key": {
      message: "{key} is de enige sleutel van de kluis.",
      action: "Voeg eerst een andere sleutel toe.",
    },
    "too-many-keys": {
      message: "De kluis heeft {most, number} sleutels. Meer zijn niet mogelijk.",
      action: "Verwijder eerst een sleutel.",
    },
    "last-proven-key": {
      message: "{label} is de enige beproefde sleutel op papier.",
      action: "Maak eerst een andere herstelsleutel en typ die over.",
    },
    "too-many-key-changes": {
      message: "{most} wijzigingen van de sleutels wachten op een engine.",
      action: "Controleer of een engine actief is en wacht tot die ze heeft uitgevoerd.",
    },
    "no-engine": {
      message: "Geen engine antwoordde; de sleutels van {vault} zijn niet gewijzigd.",
      action: "Controleer of een engine actief is en probeer het opnieuw.",
    },
    "too-many-rotations": {
      message: "De gegevenssleutel van deze kluis is {most, number} keer vervangen. Vaker is niet mogelijk.",
      action: "Kopieer de kluis naar een nieuwe.",
    },
    "too-many-slots": {
      message:
        "Meer dan {most, number} objecten in keys/ van deze kluis lijken op sleutels; de sleutels blijven daarom zoals ze zijn.",
      action: "Verwijder de onbekende objecten onder keys/ uit de opslag en probeer het opnieuw.",
    },
  },
} as const;
