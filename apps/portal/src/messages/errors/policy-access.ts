/** What a policy may not do, and what prevents a change of one. */

/** Reasons of `FORBIDDEN`. */
import { approvalForbidden } from "#messages/errors/approvals.ts";
import { bulkForbidden } from "#messages/errors/bulk.ts";
/** What a policy may not do: reasons of `FORBIDDEN`. */
export const policyAccessReasons = {
  en: {
    "retention-shorten": {
      message:
        "This change deletes recovery points, or keeps them for a shorter time: {points, plural, one {# point} other {# points}} of {vms, plural, one {# VM} other {# VMs}} for which you may not shorten retention.",
      action: "Request the permission {permission} on these VMs, or keep their points as long as now.",
    },
    ...approvalForbidden.en,
    ...bulkForbidden.en,
    "policy-reach": {
      message: "The policy {policy} belongs to the team {team}, whose scopes do not contain {vm}.",
      action: "Choose a policy of a team that reaches the VM, or one that is offered to every team.",
    },
  },
  nl: {
    "retention-shorten": {
      message:
        "Deze wijziging verwijdert herstelpunten of bewaart ze korter: {points, plural, one {# punt} other {# punten}} van {vms, plural, one {# VM} other {# VM’s}} waarvan u de bewaartermijn niet mag verkorten.",
      action: "Vraag om het recht {permission} voor deze VM’s, of bewaar hun punten zo lang als nu.",
    },
    ...approvalForbidden.nl,
    ...bulkForbidden.nl,
    "policy-reach": {
      message: "Het beleid {policy} is van het team {team}, en {vm} valt niet binnen het bereik daarvan.",
      action: "Kies een beleid van een team dat de VM bereikt, of een beleid voor alle teams.",
    },
  },
} as const;

/** Reasons of `CONFLICT`. */
export const policyConflicts = {
  en: {
    "policy-name-taken": {
      message: "The name {policy} is taken.",
      action: "Choose another name.",
    },
    "policy-changed": {
      message: "Another user changed policy {policy}: it is now at version {version}.",
      action: "Load the policy again and repeat your change.",
    },
    "policy-renamed": {
      message: "Another user renamed policy {policy}: it is {name} now.",
      action: "Load the policy again.",
    },
    "policy-retired": {
      message: "Policy {policy} is retired and takes no virtual machines.",
      action: "Choose another policy.",
    },
  },
  nl: {
    "policy-name-taken": {
      message: "De naam {policy} is bezet.",
      action: "Kies een andere naam.",
    },
    "policy-changed": {
      message: "Een andere gebruiker heeft beleid {policy} gewijzigd: het heeft nu versie {version}.",
      action: "Laad het beleid opnieuw en herhaal uw wijziging.",
    },
    "policy-renamed": {
      message: "Een andere gebruiker heeft beleid {policy} hernoemd: het heet nu {name}.",
      action: "Laad het beleid opnieuw.",
    },
    "policy-retired": {
      message: "Beleid {policy} is buiten gebruik en neemt geen virtuele machines meer aan.",
      action: "Kies een ander beleid.",
    },
  },
} as const;
