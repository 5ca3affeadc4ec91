import { catalog } from "#messages/catalog.ts";

/** Why a request for a second person cannot be decided, or is not made: reasons of CONFLICT. */
export const approvalConflicts = catalog({
  en: {
    "approval-ambiguous": {
      message: "The IDs of several requests begin with {id}.",
      action: "Enter more of the ID.",
    },
    "approval-ended": {
      message: "The request has already ended.",
      action: "Request it again if it is still wanted.",
    },
    "approval-changed": {
      message: "The request would do something else by now than you saw.",
      action: "Look at it again, then decide.",
    },
    "approvals-open": {
      message: "{most} of your requests wait for a second person: that is the most.",
      action: "Wait until some are decided, or withdraw some.",
    },
    "second-person": {
      message: "A guardrail requires a second person for every change of configuration. Nothing was changed.",
      action: "Request the change with a reason. Another person then approves it.",
    },
    "second-person-unneeded": {
      message: "No guardrail requires a second person for changes of configuration.",
      action: "Make the change.",
    },
    "second-person-missing": {
      message: "No second owner who has signed in could approve changes of configuration.",
      action: "Make another person an owner, and let them sign in once.",
    },
    "changes-nothing": {
      message: "This changes nothing: it is so already.",
      action: "There is nothing to request.",
    },
    "permit-open": {
      message: "This change was approved, and you have not made it yet.",
      action: "Make it now.",
    },
  },
  nl: {
    "approval-ambiguous": {
      message: "De id's van meerdere verzoeken beginnen met {id}.",
      action: "Voer meer van de id in.",
    },
    "approval-ended": {
      message: "Het verzoek is al afgesloten.",
      action: "Dien het opnieuw in als het nog nodig is.",
    },
    "approval-changed": {
      message: "Het verzoek zou inmiddels iets anders doen dan u zag.",
      action: "Bekijk het opnieuw en beslis dan.",
    },
    "approvals-open": {
      message: "{most} van uw verzoeken wachten op een tweede persoon: meer kan niet.",
      action: "Wacht tot er een paar zijn beslist, of trek er een paar in.",
    },
    "second-person": {
      message:
        "Een kader vereist een tweede persoon voor elke wijziging van de configuratie. Er is niets gewijzigd.",
      action: "Vraag de wijziging aan met een reden. Een ander keurt die dan goed.",
    },
    "second-person-unneeded": {
      message: "Geen kader vereist een tweede persoon voor wijzigingen van de configuratie.",
      action: "Voer de wijziging uit.",
    },
    "second-person-missing": {
      message:
        "Er is geen tweede eigenaar die zich ooit heeft aangemeld en wijzigingen van de configuratie kan goedkeuren.",
      action: "Maak nog iemand eigenaar, en laat die persoon zich één keer aanmelden.",
    },
    "changes-nothing": {
      message: "Dit wijzigt niets: het is al zo.",
      action: "Er valt niets aan te vragen.",
    },
    "permit-open": {
      message: "Deze wijziging is goedgekeurd, en u hebt haar nog niet uitgevoerd.",
      action: "Voer haar nu uit.",
    },
  },
});

/** Why a user may not decide: reasons of FORBIDDEN. */
export const approvalForbidden = catalog({
  en: {
    "approval-same-person": {
      message: "You requested this yourself, so another person must decide.",
      action: "Ask a person who may decide about everything that it affects.",
    },
    "approval-token": {
      message: "A token cannot approve: a person must look at it.",
      action: "Sign in to the portal and decide there.",
    },
  },
  nl: {
    "approval-same-person": {
      message: "U hebt dit zelf aangevraagd, dus een ander moet beslissen.",
      action: "Vraag iemand die mag beslissen over alles wat het raakt.",
    },
    "approval-token": {
      message: "Een token kan niet goedkeuren: een mens moet het bekijken.",
      action: "Meld u aan bij de portal en beslis daar.",
    },
  },
});

/** A reason of NOT_FOUND. */
export const approvalNotFound = catalog({
  en: {
    approval: {
      message: "There is no request {approval} that you can see.",
      action: "Check the ID in the list of approvals.",
    },
  },
  nl: {
    approval: {
      message: "Er is geen verzoek {approval} dat u kunt zien.",
      action: "Controleer de id in de lijst van goedkeuringen.",
    },
  },
});
