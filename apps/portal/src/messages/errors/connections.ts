import { catalog } from "#messages/catalog.ts";
import { vaultKeyConflicts } from "#messages/errors/vault-keys.ts";

/** Connections to Azure and vaults that cannot be used. */
export const connectionErrors = catalog({
  en: {
    CONNECTION_UNUSABLE: {
      title: "The connection to Azure cannot be used",
      message: "The connection to Azure cannot be used for this.",
      action: "Ask an owner to check the connection under Settings.",
      reasons: {
        disabled: {
          message: "Connection {connection} is disabled, so no new work starts in its subscriptions.",
          action: "Ask an owner to enable it under Settings.",
        },
        none: {
          message: "No connection reads subscription {subscription}.",
          action: "Ask an owner to select the subscription in a connection under Settings.",
        },
        "no-connection": {
          message: "No connection to Azure is enabled.",
          action: "Add or enable a connection under Settings.",
        },
        "sees-nothing": {
          message: "The identity can sign in, but it has no role on any subscription.",
          action: "Assign the Kluis role on each subscription, wait a few minutes, and test again.",
        },
        environment: {
          message: "The environment of this engine does not have the credential of connection {connection}.",
          action: "Set the variables of the connection for every engine, and restart it.",
        },
        secret: {
          message: "The stored credential of connection {connection} cannot be decrypted.",
          action: "Restore the key file for stored secrets, or enter the credential again.",
        },
      },
    },
  },
  nl: {
    CONNECTION_UNUSABLE: {
      title: "De verbinding met Azure is niet bruikbaar",
      message: "De verbinding met Azure is hiervoor niet bruikbaar.",
      action: "Vraag een eigenaar om de verbinding bij Instellingen te controleren.",
      reasons: {
        disabled: {
          message:
            "Verbinding {connection} is uitgeschakeld: in de bijbehorende abonnementen start geen nieuw werk.",
          action: "Vraag een eigenaar om de verbinding bij Instellingen in te schakelen.",
        },
        none: {
          message: "Geen enkele verbinding leest abonnement {subscription}.",
          action: "Vraag een eigenaar om het abonnement bij Instellingen in een verbinding te kiezen.",
        },
        "no-connection": {
          message: "Er is geen verbinding met Azure ingeschakeld.",
          action: "Voeg bij Instellingen een verbinding toe of schakel er een in.",
        },
        "sees-nothing": {
          message: "De identiteit kan zich aanmelden, maar heeft op geen enkel abonnement een rol.",
          action: "Wijs de Kluis-rol toe op elk abonnement, wacht enkele minuten en test opnieuw.",
        },
        environment: {
          message: "De omgeving van deze engine bevat de referentie van verbinding {connection} niet.",
          action: "Stel de variabelen van de verbinding in voor elke engine en start die opnieuw.",
        },
        secret: {
          message: "De opgeslagen referentie van verbinding {connection} kan niet worden ontsleuteld.",
          action: "Zet het sleutelbestand voor opgeslagen geheimen terug of voer de referentie opnieuw in.",
        },
      },
    },
  },
});

/** Reasons of CONFLICT that concern connections and vaults. */
export const connectionConflicts = catalog({
  en: {
    "connection-name-taken": {
      message: "There is already a connection named {connection}.",
      action: "Choose another name.",
    },
    "connection-from-environment": {
      message: "Connection {connection} follows the environment of the engine.",
      action: "Change the variables of the engine, or add another connection.",
    },
    "connection-untested": {
      message: "Connection {connection} has no successful test of its present credential.",
      action: "Test it first.",
    },
    "connection-not-empty": {
      message:
        "Connection {connection} cannot be removed: {vms, plural, one {# virtual machine depends} other {# virtual machines depend}} on it.",
      action: "Disable it instead, or let another connection read its subscriptions.",
    },
    "connection-has-points": {
      message:
        "Connection {connection} cannot be removed: {vms, plural, one {# virtual machine of its subscriptions has} other {# virtual machines of its subscriptions have}} recovery points.",
      action: "Disable it instead. Their recovery points stay restorable.",
    },
    "connection-tenant-fixed": {
      message: "Connection {connection} has worked, so its tenant stays {tenant}.",
      action: "Add another connection for the other tenant.",
    },
    "vault-name-fixed": {
      message: "The name of vault {vault} comes from the environment of engine and portal.",
      action: "Change KLUIS_VAULT_NAME for all of them, and start them again.",
    },
    "subscription-taken": {
      message: "Connection {connection} already reads subscription {subscription}.",
      action: "Deselect it there, or disable that connection first.",
    },
    "subscription-not-seen": {
      message: "The identity of the connection does not see subscription {subscription}.",
      action: "Assign it the Kluis role there, and test again.",
    },
    "subscription-held": {
      message:
        "Kluis still needs this connection for subscription {subscription}, to end {jobs, plural, one {# job} other {# jobs}} and remove {resources, plural, one {# snapshot or unfinished disk} other {# snapshots or unfinished disks}}.",
      action: "Wait until they are gone, or disable the connection: then no new work starts.",
    },
    "no-subscription": {
      message: "No subscription is selected for connection {connection}.",
      action: "Select at least one.",
    },
    "vault-name-taken": {
      message: "There is already a vault named {vault}.",
      action: "Choose another name.",
    },
    "vault-from-environment": {
      message: "Vault {vault} follows the environment of engine and portal.",
      action: "Change their variables, or add another vault.",
    },
    "vault-untested": {
      message: "Vault {vault} has no successful test of its present credential.",
      action: "Test it first.",
    },
    "vault-is-default": {
      message: "Vault {vault} is the default for new backups.",
      action: "Make another vault the default first.",
    },
    "vault-disabled": {
      message: "Vault {vault} is disabled.",
      action: "Enable it first.",
    },
    "vault-known": {
      message: "The storage of vault {vault} holds a vault that Kluis already uses.",
      action: "Use an empty container or folder.",
    },
    "vault-not-empty": {
      message:
        "Vault {vault} holds {points, plural, one {# recovery point} other {# recovery points}} and cannot be removed.",
      action: "Disable it instead. Its recovery points stay restorable.",
    },
    ...vaultKeyConflicts.en,
    "vault-not-in-place": {
      message: "The storage of vault {vault} does not hold this vault.",
      action: "Put the right storage in its place first.",
    },
    "vault-held": {
      message: "Vault {vault} is in use. Open jobs: {jobs, number}; manifests: {manifests, number}.",
      action: "Wait until they are gone, or disable the vault: then no new work starts.",
    },
    "vault-copied-to": {
      message: "Vault {vault} gets the second copies of {from}.",
      action: "End the second copies first.",
    },
    "no-secrets-key": {
      message: "This installation has no key for stored secrets ({setting}).",
      action: "The operator must set it for engine and portal, and restart both.",
    },
    "no-folder-vaults": {
      message: "This installation does not allow vaults in folders ({setting} is not set).",
      action: "Use a blob container, or ask the operator to set it for engine and portal.",
    },
  },
  nl: {
    "connection-name-taken": {
      message: "Er is al een verbinding met de naam {connection}.",
      action: "Kies een andere naam.",
    },
    "connection-from-environment": {
      message: "Verbinding {connection} volgt de omgeving van de engine.",
      action: "Wijzig de variabelen van de engine of voeg een andere verbinding toe.",
    },
    "connection-untested": {
      message: "Verbinding {connection} heeft geen geslaagde test van de huidige referentie.",
      action: "Test de verbinding eerst.",
    },
    "connection-not-empty": {
      message:
        "Verbinding {connection} kan niet worden verwijderd: {vms, plural, one {# virtuele machine is} other {# virtuele machines zijn}} ervan afhankelijk.",
      action: "Schakel de verbinding uit of laat een andere verbinding de abonnementen lezen.",
    },
    "connection-has-points": {
      message:
        "Verbinding {connection} kan niet worden verwijderd: {vms, plural, one {# virtuele machine in haar abonnementen heeft} other {# virtuele machines in haar abonnementen hebben}} herstelpunten.",
      action: "Schakel de verbinding uit. De herstelpunten blijven herstelbaar.",
    },
    "connection-tenant-fixed": {
      message: "Verbinding {connection} heeft gewerkt, dus haar tenant blijft {tenant}.",
      action: "Voeg een andere verbinding toe voor de andere tenant.",
    },
    "vault-name-fixed": {
      message: "De naam van kluis {vault} komt uit de omgeving van engine en portal.",
      action: "Wijzig KLUIS_VAULT_NAME voor alle processen en start ze opnieuw.",
    },
    "subscription-taken": {
      message: "Verbinding {connection} leest abonnement {subscription} al.",
      action: "Haal daar de selectie weg of schakel die verbinding eerst uit.",
    },
    "subscription-not-seen": {
      message: "De identiteit van de verbinding ziet abonnement {subscription} niet.",
      action: "Wijs daar de Kluis-rol toe en test opnieuw.",
    },
    "subscription-held": {
      message:
        "Kluis heeft deze verbinding nog nodig voor abonnement {subscription}, om {jobs, plural, one {# taak} other {# taken}} te beëindigen en {resources, plural, one {# momentopname of onvoltooide schijf} other {# momentopnamen of onvoltooide schijven}} te verwijderen.",
      action: "Wacht tot ze weg zijn of schakel de verbinding uit: dan start er geen nieuw werk.",
    },
    "no-subscription": {
      message: "Voor verbinding {connection} is geen abonnement gekozen.",
      action: "Kies er ten minste één.",
    },
    "vault-name-taken": {
      message: "Er is al een kluis met de naam {vault}.",
      action: "Kies een andere naam.",
    },
    "vault-from-environment": {
      message: "Kluis {vault} volgt de omgeving van engine en portal.",
      action: "Wijzig de variabelen of voeg een andere kluis toe.",
    },
    "vault-untested": {
      message: "Kluis {vault} heeft geen geslaagde test van de huidige referentie.",
      action: "Test de kluis eerst.",
    },
    "vault-is-default": {
      message: "Kluis {vault} is de standaard voor nieuwe back-ups.",
      action: "Maak eerst een andere kluis de standaard.",
    },
    "vault-disabled": {
      message: "Kluis {vault} is uitgeschakeld.",
      action: "Schakel de kluis eerst in.",
    },
    "vault-known": {
      message: "De opslag van kluis {vault} bevat een kluis die Kluis al gebruikt.",
      action: "Gebruik een lege container of map.",
    },
    "vault-not-empty": {
      message:
        "Kluis {vault} bevat {points, plural, one {# herstelpunt} other {# herstelpunten}} en kan niet worden verwijderd.",
      action: "Schakel de kluis uit. De herstelpunten blijven herstelbaar.",
    },
    ...vaultKeyConflicts.nl,
    "vault-not-in-place": {
      message: "De opslag van kluis {vault} bevat deze kluis niet.",
      action: "Zet eerst de juiste opslag terug.",
    },
    "vault-held": {
      message: "Kluis {vault} is in gebruik. Open taken: {jobs, number}; manifesten: {manifests, number}.",
      action: "Wacht tot ze weg zijn of schakel de kluis uit: dan start er geen nieuw werk.",
    },
    "vault-copied-to": {
      message: "Kluis {vault} krijgt de tweede kopieën van {from}.",
      action: "Beëindig eerst de tweede kopieën.",
    },
    "no-secrets-key": {
      message: "Deze installatie heeft geen sleutel voor opgeslagen geheimen ({setting}).",
      action: "De beheerder moet die instellen voor engine en portal en beide opnieuw starten.",
    },
    "no-folder-vaults": {
      message: "Deze installatie staat geen kluizen in mappen toe ({setting} is niet ingesteld).",
      action: "Gebruik een blobcontainer of vraag de beheerder dit in te stellen voor engine en portal.",
    },
  },
});
