import { catalog } from "#messages/catalog.ts";
import { accessChangeReasons } from "#messages/errors/access-changes.ts";
import { approvalNotFound } from "#messages/errors/approvals.ts";
import { bulkInput, bulkNotFound } from "#messages/errors/bulk.ts";
import { connectionConflicts } from "#messages/errors/connections.ts";
import { connectionsNotFound } from "#messages/errors/connections-not-found.ts";
import { guardrailConflicts } from "#messages/errors/guardrails.ts";
import { inputReasons } from "#messages/errors/input.ts";
import { pointConflicts } from "#messages/errors/point-conflicts.ts";
import { policyAccessReasons, policyConflicts } from "#messages/errors/policy-access.ts";
import { policyLimitReasons } from "#messages/errors/policy-limits.ts";
import { restoreConflicts } from "#messages/errors/restore-conflicts.ts";
import { ruleReasons } from "#messages/errors/rules.ts";
import { tokenAccessReasons } from "#messages/errors/token-access.ts";
import { vaultKeyReasons } from "#messages/errors/vault-keys.ts";

/** Input, rights and sign-in, and what only the browser sees. */
export const accessErrors = catalog({
  en: {
    NETWORK: {
      title: "The portal does not respond",
      message: "The request did not reach the portal.",
      action: "Check the connection and that Kluis is running, then try again.",
    },
    BAD_GATEWAY: {
      title: "The portal does not respond",
      message: "A server between this browser and the portal responded instead.",
      action: "Try again in a moment. If it persists, ask the platform owner to check the proxy.",
    },
    INPUT_INVALID: {
      title: "Some values are not valid",
      message: "The request contains values that are not allowed.",
      action: "Correct the values and try again.",
      reasons: {
        ...inputReasons.en,
        ...policyLimitReasons.en,
        ...vaultKeyReasons.en,
        ...accessChangeReasons.en.INPUT_INVALID,
        ...ruleReasons.en.INPUT_INVALID,
        ...bulkInput.en,
      },
    },
    NOT_FOUND: {
      title: "Not found",
      message: "It does not exist, or your role does not allow you to see it.",
      action: "Check the address, or go back to the list.",
      reasons: {
        ...approvalNotFound.en,
        ...bulkNotFound.en,
        job: {
          message: "There is no job {job} that you can see.",
          action: "Check the ID in the list of jobs.",
        },
        team: {
          message: "You are not a member of a team named {team}.",
          action: "Choose one of your teams.",
        },
        token: {
          message: "You have no token with this ID, or it is already revoked.",
          action: "Check the list of your tokens.",
        },
        ...connectionsNotFound.en,
        ...accessChangeReasons.en.NOT_FOUND,
        ...ruleReasons.en.NOT_FOUND,
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
          message: "The IDs of several jobs begin with {id}.",
          action: "Enter more of the ID.",
        },
        "point-ambiguous": {
          message: "The IDs of several recovery points begin with {id}.",
          action: "Enter more of the ID.",
        },
        "job-ended": {
          message: "The job has already ended.",
          action: "",
        },
        ...pointConflicts.en,
        ...policyConflicts.en,
        "disk-name-taken": {
          message: "Resource group {resourceGroup} already has a disk named {name}.",
          action: "Choose another name for the restored disk.",
        },
        ...restoreConflicts.en,
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
        ...connectionConflicts.en,
        ...accessChangeReasons.en.CONFLICT,
        ...ruleReasons.en.CONFLICT,
        ...tokenAccessReasons.en.CONFLICT,
        ...guardrailConflicts.en,
      },
    },
    NOT_SIGNED_IN: {
      title: "You are signed out",
      message: "Your session has ended.",
      action: "Sign in again.",
      reasons: {
        "signed-out": { message: "You are not signed in.", action: "Sign in and try again." },
        "session-ended": { message: "Your session has ended.", action: "Sign in again." },
        "sign-in-failed": { message: "The sign-in did not succeed.", action: "Sign in again." },
        disabled: {
          message: "Your account is disabled in Kluis.",
          action: "Ask the platform owner to enable it.",
        },
      },
    },
    TOKEN_INVALID: {
      title: "The API token is not valid",
      message: "The token is unknown, expired or revoked.",
      action: "Create a new token under Settings.",
      reasons: {
        unknown: { message: "The token is unknown.", action: "Create a new token under Settings." },
        revoked: { message: "The token was revoked.", action: "Create a new token under Settings." },
        ...tokenAccessReasons.en.TOKEN_INVALID,
        expired: { message: "The token has expired.", action: "Create a new token under Settings." },
        "owner-disabled": {
          message: "The owner of the token is disabled.",
          action: "Ask the platform owner to enable the account, then create a new token.",
        },
        "owner-removed": {
          message: "The owner of the token no longer exists.",
          action: "Create a new token under Settings.",
        },
      },
    },
    FORBIDDEN: {
      title: "Your role does not allow this",
      message: "None of your roles has the permission that this needs.",
      action: "Ask the platform owner for a role that has it.",
      reasons: {
        permission: {
          message: "None of your roles has the permission {permission} here.",
          action: "Ask the platform owner for a role that has it.",
        },
        ...policyAccessReasons.en,
        ...accessChangeReasons.en.FORBIDDEN,
        ...ruleReasons.en.FORBIDDEN,
        ...tokenAccessReasons.en.FORBIDDEN,
        "other-site": {
          message: "The request did not come from this portal.",
          action: "Open the portal again and repeat the action.",
        },
      },
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
      action:
        "Probeer het over enkele ogenblikken opnieuw. Blijft dit gebeuren, laat dan de platformeigenaar de proxy controleren.",
    },
    INPUT_INVALID: {
      title: "Niet alle waarden zijn geldig",
      message: "De aanvraag bevat waarden die niet zijn toegestaan.",
      action: "Corrigeer de waarden en probeer het opnieuw.",
      reasons: {
        ...inputReasons.nl,
        ...policyLimitReasons.nl,
        ...vaultKeyReasons.nl,
        ...accessChangeReasons.nl.INPUT_INVALID,
        ...ruleReasons.nl.INPUT_INVALID,
        ...bulkInput.nl,
      },
    },
    NOT_FOUND: {
      title: "Niet gevonden",
      message: "Dit bestaat niet of u hebt er geen toegang toe.",
      action: "Controleer het adres of ga terug naar de lijst.",
      reasons: {
        ...approvalNotFound.nl,
        ...bulkNotFound.nl,
        job: {
          message: "Taak {job} bestaat niet of u hebt er geen toegang toe.",
          action: "Controleer de id in de lijst met taken.",
        },
        team: {
          message: "U bent geen lid van een team met de naam {team}.",
          action: "Kies een van uw teams.",
        },
        token: {
          message: "U hebt geen token met deze id, of het is al ingetrokken.",
          action: "Controleer de lijst met uw tokens.",
        },
        ...connectionsNotFound.nl,
        ...accessChangeReasons.nl.NOT_FOUND,
        ...ruleReasons.nl.NOT_FOUND,
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
          message: "De id’s van meerdere taken beginnen met {id}.",
          action: "Voer meer van de id in.",
        },
        "point-ambiguous": {
          message: "De id’s van meerdere herstelpunten beginnen met {id}.",
          action: "Voer meer van de id in.",
        },
        "job-ended": {
          message: "De taak is al beëindigd.",
          action: "",
        },
        ...pointConflicts.nl,
        ...policyConflicts.nl,
        "disk-name-taken": {
          message: "Resourcegroep {resourceGroup} heeft al een schijf met de naam {name}.",
          action: "Kies een andere naam voor de herstelde schijf.",
        },
        ...restoreConflicts.nl,
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
        ...connectionConflicts.nl,
        ...accessChangeReasons.nl.CONFLICT,
        ...ruleReasons.nl.CONFLICT,
        ...tokenAccessReasons.nl.CONFLICT,
        ...guardrailConflicts.nl,
      },
    },
    NOT_SIGNED_IN: {
      title: "U bent afgemeld",
      message: "Uw sessie is beëindigd.",
      action: "Meld u opnieuw aan.",
      reasons: {
        "signed-out": { message: "U bent niet aangemeld.", action: "Meld u aan en probeer het opnieuw." },
        "session-ended": { message: "Uw sessie is beëindigd.", action: "Meld u opnieuw aan." },
        "sign-in-failed": { message: "Het aanmelden is niet gelukt.", action: "Meld u opnieuw aan." },
        disabled: {
          message: "Uw account is uitgeschakeld in Kluis.",
          action: "Vraag de platformeigenaar om het in te schakelen.",
        },
      },
    },
    TOKEN_INVALID: {
      title: "Het API-token is niet geldig",
      message: "Het token is onbekend, verlopen of ingetrokken.",
      action: "Maak een nieuw token bij Instellingen.",
      reasons: {
        unknown: { message: "Het token is onbekend.", action: "Maak een nieuw token bij Instellingen." },
        revoked: { message: "Het token is ingetrokken.", action: "Maak een nieuw token bij Instellingen." },
        ...tokenAccessReasons.nl.TOKEN_INVALID,
        expired: { message: "Het token is verlopen.", action: "Maak een nieuw token bij Instellingen." },
        "owner-disabled": {
          message: "De eigenaar van het token is uitgeschakeld.",
          action: "Vraag de platformeigenaar om het account in te schakelen en maak een nieuw token.",
        },
        "owner-removed": {
          message: "De eigenaar van het token bestaat niet meer.",
          action: "Maak een nieuw token bij Instellingen.",
        },
      },
    },
    FORBIDDEN: {
      title: "Uw rol staat dit niet toe",
      message: "Geen van uw rollen heeft de vereiste machtiging.",
      action: "Vraag de platformeigenaar om een rol met deze machtiging.",
      reasons: {
        permission: {
          message: "Geen van uw rollen heeft hier de machtiging {permission}.",
          action: "Vraag de platformeigenaar om een rol met deze machtiging.",
        },
        ...policyAccessReasons.nl,
        ...accessChangeReasons.nl.FORBIDDEN,
        ...ruleReasons.nl.FORBIDDEN,
        ...tokenAccessReasons.nl.FORBIDDEN,
        "other-site": {
          message: "De aanvraag kwam niet van deze portal.",
          action: "Open de portal opnieuw en herhaal de actie.",
        },
      },
    },
  },
});
