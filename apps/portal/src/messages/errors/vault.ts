import { catalog } from "#messages/catalog.ts";

/** The vault and its storage. */
export const vaultErrors = catalog({
  en: {
    VAULT_UNREACHABLE: {
      title: "The vault does not respond",
      message: "The storage of the vault could not be reached.",
      action: "Kluis tries again. If it persists, check the storage account.",
      reasons: {
        folder: {
          message: "The vault in {store} cannot be used: {errno} at {object}.",
          action:
            "Check that the folder is mounted, that the engine may read and write it, and that it supports hard links.",
        },
        "azure-blob": {
          message: "The {store} refuses the request (status {status}).",
          action: "Kluis tries again. If it persists, check the network path to the storage account.",
        },
        immutable: {
          message: "A policy of {store} forbids the change of {object}.",
          action:
            "Wait until the retention of the blob or container ends, or remove its legal hold. Kluis tries again.",
        },
      },
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
      reasons: {
        "no-vault": {
          message: "There is no vault in {store}.",
          action: "Check the address of the vault, or start the engine once so that it creates the vault.",
        },
        "no-container": {
          message: "The {store} does not exist.",
          action: "Create the container again, or restore the deleted one.",
        },
        "not-recorded": {
          message: "The database has no record of a vault yet.",
          action: "Start the engine once, so that it creates the vault.",
        },
      },
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
      reasons: {
        vault: {
          message:
            "The vault in {store} has format version {version}; this release of Kluis reads version {supportedVersion}.",
          action: "Use the release of Kluis that wrote the vault, or a newer one.",
        },
        manifest: {
          message:
            "The manifest {object} has version {version}; this release of Kluis reads version {supportedVersion}.",
          action: "Use the release of Kluis that wrote the manifest, or a newer one.",
        },
      },
    },
    VAULT_KEY_WRONG: {
      title: "The vault key is wrong",
      message: "This key does not open the vault.",
      action: "Use a key file, recovery key or shares of this vault.",
    },
    KEY_VAULT_UNUSABLE: {
      title: "Azure Key Vault does not open the vault",
      message: "The key vault cannot be used.",
      action: "Kluis tries again. Open the vault with another of its keys meanwhile.",
      reasons: {
        "sign-in": {
          message: "{keyVault} does not accept the sign-in of Kluis.",
          action: "Check the identity of engine and portal, and that it is in the tenant of the key vault.",
        },
        forbidden: {
          message: "The identity of Kluis may not use the key in {keyVault}.",
          action: "Assign it the role Key Vault Crypto Service Encryption User on the key.",
        },
        network: {
          message: "The network rules of {keyVault} keep Kluis out.",
          action: "Allow the network of engine and portal, or give them a private endpoint.",
        },
        missing: {
          message: "The key is not in {keyVault}.",
          action: "Recover the deleted key or key vault in Azure. Else remove this key of the vault.",
        },
        disabled: {
          message: "The key in {keyVault} is disabled, or may not unwrap.",
          action: "Enable the version of the key in Azure, and allow it to unwrap.",
        },
        throttled: {
          message: "{keyVault} limits requests.",
          action: "Kluis tries again.",
        },
        "no-answer": {
          message: "{keyVault} does not answer.",
          action: "Kluis tries again. Check its name, DNS, and the firewall.",
        },
        key: {
          message: "The key in {keyVault} is not an RSA key.",
          action: "Make an RSA key of 2048 bits or more there.",
        },
        refused: {
          message: "{keyVault} refuses the request: {azureMessage}",
          action: "See what it says, and correct it in Azure.",
        },
      },
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
      action: "Kluis probeert het opnieuw. Blijft dit gebeuren, controleer dan het opslagaccount.",
      reasons: {
        folder: {
          message: "De kluis in {store} is niet bruikbaar: {errno} bij {object}.",
          action:
            "Controleer of de map is gekoppeld, of de engine deze mag lezen en schrijven en of deze harde koppelingen ondersteunt.",
        },
        "azure-blob": {
          message: "De opslag ({store}) weigert de aanvraag (status {status}).",
          action:
            "Kluis probeert het opnieuw. Blijft dit gebeuren, controleer dan het netwerkpad naar het opslagaccount.",
        },
        immutable: {
          message: "Een beleid van {store} verbiedt de wijziging van {object}.",
          action:
            "Wacht tot de bewaartermijn van de blob of container afloopt, of verwijder de juridische blokkering. Kluis probeert het opnieuw.",
        },
      },
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
      reasons: {
        "no-vault": {
          message: "Er is geen kluis in {store}.",
          action: "Controleer het adres van de kluis of start de engine één keer om de kluis te maken.",
        },
        "no-container": {
          message: "De opslag ({store}) bestaat niet.",
          action: "Maak de container opnieuw of maak de verwijdering ongedaan.",
        },
        "not-recorded": {
          message: "In de database is nog geen kluis vastgelegd.",
          action: "Start de engine één keer om de kluis te maken.",
        },
      },
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
      reasons: {
        vault: {
          message:
            "De kluis in {store} heeft indelingsversie {version}; deze versie van Kluis leest versie {supportedVersion}.",
          action: "Gebruik de versie van Kluis die de kluis heeft geschreven, of een nieuwere.",
        },
        manifest: {
          message:
            "Het manifest {object} heeft versie {version}; deze versie van Kluis leest versie {supportedVersion}.",
          action: "Gebruik de versie van Kluis die het manifest heeft geschreven, of een nieuwere.",
        },
      },
    },
    VAULT_KEY_WRONG: {
      title: "De sleutel van de kluis is onjuist",
      message: "Deze sleutel opent de kluis niet.",
      action: "Gebruik een sleutelbestand, herstelsleutel of delen van deze kluis.",
    },
    KEY_VAULT_UNUSABLE: {
      title: "Azure Key Vault opent de kluis niet",
      message: "De key vault is niet te gebruiken.",
      action: "Kluis probeert het opnieuw. Open de kluis intussen met een andere sleutel.",
      reasons: {
        "sign-in": {
          message: "{keyVault} accepteert de aanmelding van Kluis niet.",
          action:
            "Controleer de identiteit van engine en portal, en of die in de tenant van de key vault staat.",
        },
        forbidden: {
          message: "De identiteit van Kluis mag de sleutel in {keyVault} niet gebruiken.",
          action: "Geef die de rol Key Vault Crypto Service Encryption User op de sleutel.",
        },
        network: {
          message: "De netwerkregels van {keyVault} houden Kluis tegen.",
          action: "Sta het netwerk van engine en portal toe, of geef ze een private endpoint.",
        },
        missing: {
          message: "De sleutel staat niet in {keyVault}.",
          action:
            "Herstel de verwijderde sleutel of key vault in Azure. Verwijder anders deze sleutel van de kluis.",
        },
        disabled: {
          message: "De sleutel in {keyVault} is uitgeschakeld of mag niet uitpakken (unwrap).",
          action: "Schakel de versie van de sleutel in Azure in en sta unwrap toe.",
        },
        throttled: {
          message: "{keyVault} beperkt het aantal verzoeken.",
          action: "Kluis probeert het opnieuw.",
        },
        "no-answer": {
          message: "{keyVault} antwoordt niet.",
          action: "Kluis probeert het opnieuw. Controleer de naam, DNS en de firewall.",
        },
        key: {
          message: "De sleutel in {keyVault} is geen RSA-sleutel.",
          action: "Maak daar een RSA-sleutel van 2048 bits of meer.",
        },
        refused: {
          message: "{keyVault} weigert het verzoek: {azureMessage}",
          action: "Lees wat er staat en corrigeer het in Azure.",
        },
      },
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
