import { catalog } from "#messages/catalog.ts";

/** Why a bulk action does not start, or one of its machines is refused: reasons of CONFLICT. */
export const bulkConflicts = catalog({
  en: {
    "bulk-ambiguous": {
      message: "The IDs of several bulk actions begin with {id}.",
      action: "Enter more of the ID.",
    },
    "bulk-open": {
      message: "{most} of your bulk actions are running: that is the most.",
      action: "Wait until one ends, or cancel one.",
    },
    "bulk-open-all": {
      message: "{most} bulk actions are running: that is the most.",
      action: "Wait until one ends.",
    },
    "bulk-selection-changed": {
      message: "{count} virtual machines match now, not {expected}.",
      action: "Look at the selection again.",
    },
    "vm-protected": {
      message: "{vm} is already protected, by the policy {policy}.",
      action: "Change its policy instead.",
    },
    "vm-under-policy": {
      message: "{vm} is already under the policy {policy}.",
      action: "There is nothing to change.",
    },
  },
  nl: {
    "bulk-ambiguous": {
      message: "De id's van meerdere bulkacties beginnen met {id}.",
      action: "Voer meer van de id in.",
    },
    "bulk-open": {
      message: "Er lopen {most} bulkacties van u: meer kan niet.",
      action: "Wacht tot er een is afgerond, of annuleer er een.",
    },
    "bulk-open-all": {
      message: "Er lopen {most} bulkacties: meer kan niet.",
      action: "Wacht tot er een is afgerond.",
    },
    "bulk-selection-changed": {
      message: "Nu voldoen {count} virtuele machines, niet {expected}.",
      action: "Bekijk de selectie opnieuw.",
    },
    "vm-protected": {
      message: "{vm} is al beveiligd, door het beleid {policy}.",
      action: "Wijzig in plaats daarvan het beleid.",
    },
    "vm-under-policy": {
      message: "{vm} valt al onder het beleid {policy}.",
      action: "Er is niets te wijzigen.",
    },
  },
});

/** Reasons of INPUT_INVALID. */
export const bulkInput = catalog({
  en: {
    "bulk-none": {
      message: "No virtual machine matches.",
      action: "Change the filter, or select virtual machines.",
    },
    "bulk-too-many": {
      message: "One such action takes at most {most} virtual machines.",
      action: "Select fewer, and repeat it for the others.",
    },
  },
  nl: {
    "bulk-none": {
      message: "Geen enkele virtuele machine voldoet.",
      action: "Wijzig het filter, of selecteer virtuele machines.",
    },
    "bulk-too-many": {
      message: "Zo'n actie neemt hooguit {most} virtuele machines.",
      action: "Selecteer er minder, en herhaal het voor de andere.",
    },
  },
});

/** Reasons of FORBIDDEN. */
export const bulkForbidden = catalog({
  en: {
    "bulk-starter": {
      message: "The person who started the bulk action can no longer sign in.",
      action: "Another person can start it again.",
    },
    "bulk-token": {
      message: "The token that started the bulk action was revoked.",
      action: "Start it again with another token, or in the portal.",
    },
    "bulk-cancel": {
      message: "Only the person who started a bulk action, or an owner, can cancel it.",
      action: "Ask one of them.",
    },
  },
  nl: {
    "bulk-starter": {
      message: "De persoon die de bulkactie startte, kan zich niet meer aanmelden.",
      action: "Iemand anders kan haar opnieuw starten.",
    },
    "bulk-token": {
      message: "Het token dat de bulkactie startte, is ingetrokken.",
      action: "Start haar opnieuw met een ander token, of in de portal.",
    },
    "bulk-cancel": {
      message: "Alleen wie een bulkactie startte, of een eigenaar, kan haar annuleren.",
      action: "Vraag een van hen.",
    },
  },
});

/** A reason of NOT_FOUND. */
export const bulkNotFound = catalog({
  en: {
    bulk: {
      message: "There is no bulk action {bulk} that you can see.",
      action: "Check the ID in the list of bulk actions.",
    },
  },
  nl: {
    bulk: {
      message: "Er is geen bulkactie {bulk} die u kunt zien.",
      action: "Controleer de id in de lijst van bulkacties.",
    },
  },
});
