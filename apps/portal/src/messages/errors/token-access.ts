/** Errors of tokens, of agents, and of the claim of the first owner, by the code that they belong to. */
export const tokenAccessReasons = {
  en: {
    TOKEN_INVALID: {
      idle: {
        message:
          "The token was not used for more than {days, plural, one {# day} other {# days}}, and has ended.",
        action: "Create a new token under Settings.",
      },
    },
    FORBIDDEN: {
      agent: {
        message: "A token of an agent reads and requests. It may not do this.",
        action: "A person does this in the portal, or with a token of kind Standard.",
      },
      "token-agent-permission": {
        message: "A token of an agent cannot have the permission {permission}.",
        action: "Remove this permission, or choose the kind Standard.",
      },
      "token-team-permission": {
        message: "A token of one team cannot have the permission {permission}.",
        action: "Remove this permission, or make the token for all your teams.",
      },
      "token-session-only": { message: "A token cannot do this.", action: "Sign in to the portal." },
      "claim-code": {
        message: "This code is not valid: it is mistyped, used, or has expired.",
        action: "Enter the code of the last start, or start Kluis again for another one.",
      },
    },
    CONFLICT: {
      "claim-over": { message: "Kluis has an owner already.", action: "Ask an owner for a role." },
    },
    RATE_LIMITED: {
      "claim-guesses": {
        message:
          "You have entered too many codes. The next one is accepted in {minutes, plural, one {# minute} other {# minutes}}.",
        action: "Copy the code from the output of the start.",
      },
    },
  },
  nl: {
    TOKEN_INVALID: {
      idle: {
        message:
          "Het token is meer dan {days, plural, one {# dag} other {# dagen}} niet gebruikt en is beëindigd.",
        action: "Maak een nieuw token bij Instellingen.",
      },
    },
    FORBIDDEN: {
      agent: {
        message: "Een token van een agent leest en vraagt aan. Dit mag het niet.",
        action: "Een persoon doet dit in de portal, of met een token van de soort Standaard.",
      },
      "token-agent-permission": {
        message: "Een token van een agent kan de machtiging {permission} niet hebben.",
        action: "Verwijder deze machtiging of kies de soort Standaard.",
      },
      "token-team-permission": {
        message: "Een token van één team kan de machtiging {permission} niet hebben.",
        action: "Verwijder deze machtiging of maak het token voor al uw teams.",
      },
      "token-session-only": { message: "Een token kan dit niet doen.", action: "Meld u aan bij de portal." },
      "claim-code": {
        message: "Deze code is niet geldig: verkeerd getypt, gebruikt of verlopen.",
        action: "Voer de code van de laatste start in of start Kluis opnieuw voor een nieuwe.",
      },
    },
    CONFLICT: {
      "claim-over": { message: "Kluis heeft al een eigenaar.", action: "Vraag een eigenaar om een rol." },
    },
    RATE_LIMITED: {
      "claim-guesses": {
        message:
          "U hebt te veel codes ingevoerd. De volgende wordt over {minutes, plural, one {# minuut} other {# minuten}} geaccepteerd.",
        action: "Kopieer de code uit de uitvoer van de start.",
      },
    },
  },
} as const;
