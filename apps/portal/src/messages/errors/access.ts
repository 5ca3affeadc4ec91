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
    },
    CONFLICT: {
      title: "Not possible right now",
      message: "The current state does not allow this.",
      action: "Reload the page and try again.",
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
    },
    CONFLICT: {
      title: "Nu niet mogelijk",
      message: "De huidige toestand staat dit niet toe.",
      action: "Laad de pagina opnieuw en probeer het nog eens.",
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
