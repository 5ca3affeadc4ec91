import { catalog } from "#messages/catalog.ts";

/** Why an assignment rule or an exclusion cannot be saved, or does not exist. */
export const ruleReasons = catalog({
  en: {
    INPUT_INVALID: {
      "policy-of-other-team": {
        message: "The policy {policy} belongs to another team than the rule.",
        action: "Choose a policy of the team {team}, or one that is offered to every team.",
      },
      "exclusion-end": {
        message: "An exclusion ends in the future, at most a year from now.",
        action: "Choose another end; the machine can be excluded again then.",
      },
      "exclusion-owner": {
        message: "{owner} is not a user who sees {vm}.",
        action: "Name a user of a team that reaches the machine, by user name.",
      },
    },
    NOT_FOUND: {
      rule: {
        message: "The assignment rule “{rule}” does not exist, or you cannot see it.",
        action: "Choose one from the list of rules.",
      },
      exclusion: {
        message: "The exclusion has ended, does not exist, or you cannot see it.",
        action: "Reload the page.",
      },
    },
    CONFLICT: {
      "rule-ambiguous": {
        message: "Rules of several teams have the name {rule}.",
        action: "Use the ID of the rule.",
      },
      "rule-limit": {
        message: "A team has at most {ofTeam} assignment rules, and all teams together {all}.",
        action: "Delete a rule, or give one of them more values.",
      },
      "rule-changed": {
        message: "Another user changed the rule {rule}: it is now at version {version}.",
        action: "Load the rule again and repeat your change.",
      },
      "rule-name-taken": {
        message: "The team has a rule with the name {rule}.",
        action: "Choose another name.",
      },
      "rule-takes-points": {
        message: "The policy {policy} would remove recovery points of {vm}, which no rule may decide.",
        action: "Protect the machine by hand: a second person approves what the policy removes.",
      },
    },
    FORBIDDEN: {
      "rule-saver": {
        message:
          "{user}, who saved the rule {rule}, may not protect virtual machines of the team {team} any more.",
        action: "Let a user save the rule again who has the permission protection:write there.",
      },
    },
  },
  nl: {
    INPUT_INVALID: {
      "policy-of-other-team": {
        message: "Het beleid {policy} hoort bij een ander team dan de regel.",
        action: "Kies een beleid van het team {team}, of een dat elk team mag gebruiken.",
      },
      "exclusion-end": {
        message: "Een uitsluiting eindigt in de toekomst, uiterlijk over een jaar.",
        action: "Kies een ander einde; daarna kan de machine opnieuw worden uitgesloten.",
      },
      "exclusion-owner": {
        message: "{owner} is geen gebruiker die {vm} ziet.",
        action: "Noem een gebruiker van een team dat de machine bereikt, met de gebruikersnaam.",
      },
    },
    NOT_FOUND: {
      rule: {
        message: "De toewijzingsregel “{rule}” bestaat niet, of u kunt hem niet zien.",
        action: "Kies er een uit de lijst met regels.",
      },
      exclusion: {
        message: "De uitsluiting is afgelopen, bestaat niet, of u kunt haar niet zien.",
        action: "Laad de pagina opnieuw.",
      },
    },
    CONFLICT: {
      "rule-ambiguous": {
        message: "Regels van meerdere teams heten {rule}.",
        action: "Gebruik de ID van de regel.",
      },
      "rule-limit": {
        message: "Een team heeft hoogstens {ofTeam} toewijzingsregels, en alle teams samen {all}.",
        action: "Verwijder een regel, of geef er een meer waarden.",
      },
      "rule-changed": {
        message: "Een andere gebruiker heeft de regel {rule} gewijzigd: dit is nu versie {version}.",
        action: "Laad de regel opnieuw en herhaal uw wijziging.",
      },
      "rule-name-taken": {
        message: "Het team heeft al een regel met de naam {rule}.",
        action: "Kies een andere naam.",
      },
      "rule-takes-points": {
        message: "Het beleid {policy} zou herstelpunten van {vm} verwijderen; dat mag geen regel beslissen.",
        action: "Beveilig de machine met de hand: een tweede persoon keurt goed wat het beleid verwijdert.",
      },
    },
    FORBIDDEN: {
      "rule-saver": {
        message:
          "{user}, die de regel {rule} heeft opgeslagen, mag geen virtuele machines van het team {team} meer beveiligen.",
        action: "Laat een gebruiker die daar het recht protection:write heeft de regel opnieuw opslaan.",
      },
    },
  },
});
