import { catalog } from "#messages/catalog.ts";

/** Input, rights and sign-in, and what only the browser sees. */
export const accessErrors = catalog({
  en: {
    NETWORK: {
      title: "The portal does not answer",
      message: "The request did not reach the portal.",
      action: "Check the connection and that Kluis is running, then try again.",
    },
    BAD_GATEWAY: {
      title: "The portal does not answer",
      message: "A server between this browser and the portal answered instead.",
      action: "Try again in a moment. If it persists, ask the platform owner to check the proxy.",
    },
    INPUT_INVALID: {
      title: "Some values are not valid",
      message: "The request contains values that are not allowed.",
      action: "Correct the values and try again.",
    },
    NOT_FOUND: {
      title: "Not found",
      message: "It does not exist, or your role does not allow you to see it.",
      action: "Check the address, or go back to the list.",
      reasons: {
        job: {
          message: "There is no job {job} that you can see.",
          action: "Check the id in the list of jobs.",
        },
        team: {
          message: "You are not a member of a team {team}.",
          action: "Choose one of your teams.",
        },
        token: {
          message: "You have no such token, or it is already revoked.",
          action: "Check the list of your tokens.",
        },
        procedure: {
          message: "The server does not know this request.",
          action: "Reload the page: it may be older than the server.",
        },
      },
    },
    CONFLICT: {
      title: "Not possible right now",
      message: "The current state does not allow this.",
      action: "Reload the page and try again.",
      reasons: {
        "vm-ambiguous": {
          message: "Several virtual machines are named {vm}: {candidates}.",
          action: "Choose one by its resource group and name.",
        },
        "job-ambiguous": {
          message: "The ids of several jobs begin with {id}.",
          action: "Enter more of the id.",
        },
        "point-ambiguous": {
          message: "The ids of several recovery points begin with {id}.",
          action: "Enter more of the id.",
        },
        "job-ended": {
          message: "The job has already ended.",
          action: "",
        },
        "point-pinned": {
          message: "The recovery point is pinned since {pinnedAt} and cannot be deleted.",
          action: "Unpin it first.",
        },
        "policy-name-taken": {
          message: "There is already a policy named {policy}.",
          action: "Choose another name.",
        },
        "policy-changed": {
          message: "Another user changed policy {policy}: it is now at version {version}.",
          action: "Load the policy again and repeat your change.",
        },
        "disk-name-taken": {
          message: "Resource group {resourceGroup} already has a disk named {name}.",
          action: "Choose another name for the restored disk.",
        },
        "disk-resized": {
          message:
            "Disk {disk} was resized while its backup began: {beforeBytes} before, {snapshotBytes} in the snapshot.",
          action: "Start the backup again.",
        },
        "other-vault": {
          message: "The database already has another vault named {vault}.",
          action: "Use the vault that belongs to this database.",
        },
        "other-migrations": {
          message: "The database does not match this version of Kluis (migration {migration}).",
          action: "Start the version of Kluis that wrote it, or restore the database from a backup.",
        },
        "already-started": {
          message: "Kluis already runs on this data folder (process {pid}, {url}).",
          action: "Stop it first, or choose another data folder.",
        },
      },
    },
    NOT_SIGNED_IN: {
      title: "You are signed out",
      message: "Your session has ended.",
      action: "Sign in again.",
    },
    TOKEN_INVALID: {
      title: "The API token is not valid",
      message: "The token is unknown, expired or revoked.",
      action: "Create a new token under Settings.",
    },
    FORBIDDEN: {
      title: "Your role does not allow this",
      message: "None of your roles has the permission that this needs.",
      action: "Ask the platform owner for a role that has it.",
    },
  },
  nl: {
    NETWORK: {
      title: "De portal reageert niet",
      message: "De aanvraag heeft de portal niet bereikt.",
      action: "Controleer de verbinding en of Kluis actief is en probeer het opnieuw.",
    },
    BAD_GATEWAY: {
      title: "De portal reageert niet",
      message: "Een server tussen deze browser en de portal heeft geantwoord.",
      action: "Probeer het zo opnieuw. Laat anders de platformeigenaar de proxy controleren.",
    },
    INPUT_INVALID: {
      title: "Niet alle waarden zijn geldig",
      message: "De aanvraag bevat waarden die niet zijn toegestaan.",
      action: "Corrigeer de waarden en probeer het opnieuw.",
    },
    NOT_FOUND: {
      title: "Niet gevonden",
      message: "Dit bestaat niet of is met deze rol niet te zien.",
      action: "Controleer het adres of ga terug naar de lijst.",
      reasons: {
        job: {
          message: "Er is geen taak {job}, of deze is met deze rol niet te zien.",
          action: "Controleer de id in de lijst met taken.",
        },
        team: {
          message: "U bent geen lid van een team {team}.",
          action: "Kies een van uw teams.",
        },
        token: {
          message: "U hebt geen token met deze id of het is al ingetrokken.",
          action: "Controleer de lijst met uw tokens.",
        },
        procedure: {
          message: "De server kent deze aanvraag niet.",
          action: "Laad de pagina opnieuw: die is misschien ouder dan de server.",
        },
      },
    },
    CONFLICT: {
      title: "Nu niet mogelijk",
      message: "De huidige toestand staat dit niet toe.",
      action: "Laad de pagina opnieuw en probeer het nog eens.",
      reasons: {
        "vm-ambiguous": {
          message: "Er zijn meerdere virtuele machines met de naam {vm}: {candidates}.",
          action: "Kies er een op resourcegroep en naam.",
        },
        "job-ambiguous": {
          message: "De id's van meerdere taken beginnen met {id}.",
          action: "Voer meer van de id in.",
        },
        "point-ambiguous": {
          message: "De id's van meerdere herstelpunten beginnen met {id}.",
          action: "Voer meer van de id in.",
        },
        "job-ended": {
          message: "De taak is al beëindigd.",
          action: "",
        },
        "point-pinned": {
          message: "Het herstelpunt is vastgezet sinds {pinnedAt} en kan niet worden verwijderd.",
          action: "Maak het eerst los.",
        },
        "policy-name-taken": {
          message: "Er is al een beleid met de naam {policy}.",
          action: "Kies een andere naam.",
        },
        "policy-changed": {
          message: "Een andere gebruiker heeft beleid {policy} gewijzigd: het heeft nu versie {version}.",
          action: "Laad het beleid opnieuw en herhaal de wijziging.",
        },
        "disk-name-taken": {
          message: "Resourcegroep {resourceGroup} heeft al een schijf met de naam {name}.",
          action: "Kies een andere naam voor de herstelde schijf.",
        },
        "disk-resized": {
          message:
            "De grootte van schijf {disk} is gewijzigd toen de back-up begon: eerst {beforeBytes}, in de momentopname {snapshotBytes}.",
          action: "Start de back-up opnieuw.",
        },
        "other-vault": {
          message: "De database heeft al een andere kluis met de naam {vault}.",
          action: "Gebruik de kluis die bij deze database hoort.",
        },
        "other-migrations": {
          message: "De database past niet bij deze versie van Kluis (migratie {migration}).",
          action:
            "Start de versie van Kluis die de database heeft geschreven of herstel de database vanuit een back-up.",
        },
        "already-started": {
          message: "Kluis is al actief op deze gegevensmap (proces {pid}, {url}).",
          action: "Stop Kluis eerst of kies een andere gegevensmap.",
        },
      },
    },
    NOT_SIGNED_IN: {
      title: "Afgemeld",
      message: "De sessie is beëindigd.",
      action: "Meld u opnieuw aan.",
    },
    TOKEN_INVALID: {
      title: "Het API-token is niet geldig",
      message: "Het token is onbekend, verlopen of ingetrokken.",
      action: "Maak een nieuw token onder Instellingen.",
    },
    FORBIDDEN: {
      title: "Met deze rol niet toegestaan",
      message: "Geen van de toegewezen rollen heeft de vereiste machtiging.",
      action: "Vraag de platformeigenaar om een rol met deze machtiging.",
    },
  },
});
