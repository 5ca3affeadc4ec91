/** Texts of the errors of reading accounts and groups from the directory. */
export const directoryErrors = {
  en: {
    DIRECTORY_UNUSABLE: {
      title: "The directory does not answer",
      message: "Accounts and groups cannot be read from the directory.",
      action: "Kluis tries again.",
      reasons: {
        off: {
          message: "The user has more groups than a token can name, and Kluis does not read the directory.",
          action:
            "Turn the reading of the directory on, or let the tokens name only groups that are assigned to the app.",
        },
        "sign-in": {
          message: "{host} does not accept the sign-in of Kluis: {azureMessage}",
          action: "Check the identity of engine or portal, its secret and its tenant.",
        },
        forbidden: {
          message: "{host} does not let Kluis read accounts and groups: {azureMessage}",
          action:
            "Grant the identity the application permissions GroupMember.Read.All and User.Read.All of Microsoft Graph, with admin consent.",
        },
        throttled: {
          message: "{host} limits the requests of Kluis.",
          action: "Kluis continues when {host} allows it.",
        },
        "no-answer": {
          message: "{host} does not answer: {azureMessage}",
          action: "Kluis tries again. Check the network of engine and portal.",
        },
        "too-many-groups": {
          message: "A user is in more groups than {host} names.",
          action: "Remove the user from groups: Microsoft Graph names at most 11,000.",
        },
        "other-tenant": {
          message: "The identity of the engine reads tenant {tenantId}, and all users are of another tenant.",
          action: "Set the KLUIS_ENTRA_ variables of the portal for the engines too.",
        },
        "many-gone": {
          message:
            "{host} has disabled or does not have {gone} of {followed} users at once. Kluis has ended no one’s access.",
          action:
            "Check the directory and the tenant. If the users have really left, disable them under Users.",
        },
        refused: {
          message: "{host} does not carry out the request: {azureMessage}",
          action: "Kluis tries again. Check the settings of the directory.",
        },
      },
    },
  },
  nl: {
    DIRECTORY_UNUSABLE: {
      title: "De directory antwoordt niet",
      message: "Accounts en groepen zijn niet uit de directory te lezen.",
      action: "Kluis probeert het opnieuw.",
      reasons: {
        off: {
          message:
            "De gebruiker heeft meer groepen dan een token kan noemen, en Kluis leest de directory niet.",
          action:
            "Zet het uitlezen van de directory aan, of laat de tokens alleen groepen noemen die aan de app zijn toegewezen.",
        },
        "sign-in": {
          message: "{host} accepteert de aanmelding van Kluis niet: {azureMessage}",
          action: "Controleer de identiteit van engine of portal, het geheim en de tenant.",
        },
        forbidden: {
          message: "{host} laat Kluis geen accounts en groepen lezen: {azureMessage}",
          action:
            "Geef de identiteit de toepassingsmachtigingen GroupMember.Read.All en User.Read.All van Microsoft Graph, met toestemming van een beheerder.",
        },
        throttled: {
          message: "{host} beperkt de verzoeken van Kluis.",
          action: "Kluis gaat verder wanneer {host} dat toestaat.",
        },
        "no-answer": {
          message: "{host} antwoordt niet: {azureMessage}",
          action: "Kluis probeert het opnieuw. Controleer het netwerk van engine en portal.",
        },
        "too-many-groups": {
          message: "Een gebruiker zit in meer groepen dan {host} noemt.",
          action: "Haal de gebruiker uit groepen: Microsoft Graph noemt er hoogstens 11.000.",
        },
        "other-tenant": {
          message:
            "De identiteit van de engine leest tenant {tenantId}, en alle gebruikers zijn van een andere tenant.",
          action: "Stel de KLUIS_ENTRA_-variabelen van de portal ook voor de engines in.",
        },
        "many-gone": {
          message:
            "{host} heeft {gone} van de {followed} gebruikers tegelijk uitgeschakeld of niet meer. Kluis heeft niemands toegang beëindigd.",
          action:
            "Controleer de directory en de tenant. Zijn de gebruikers echt vertrokken, schakel ze dan uit onder Gebruikers.",
        },
        refused: {
          message: "{host} voert het verzoek niet uit: {azureMessage}",
          action: "Kluis probeert het opnieuw. Controleer de instellingen van de directory.",
        },
      },
    },
  },
} as const;
