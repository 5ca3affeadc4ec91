/** Faults of a request as a whole: reasons of `INPUT_INVALID`. */
export const inputReasons = {
  en: {
    fields: { message: "Not valid: {fields}.", action: "Correct these fields and try again." },
    request: {
      message: "The server cannot read this request.",
      action: "Reload the page and try again.",
    },
    value: {
      message: "A value of the request is not allowed.",
      action: "Correct the value and try again.",
    },
  },
  nl: {
    fields: {
      message: "Niet geldig: {fields}.",
      action: "Corrigeer deze velden en probeer het opnieuw.",
    },
    request: {
      message: "De server kan deze aanvraag niet lezen.",
      action: "Laad de pagina opnieuw en probeer het nog eens.",
    },
    value: {
      message: "Een waarde van de aanvraag is niet toegestaan.",
      action: "Corrigeer de waarde en probeer het opnieuw.",
    },
  },
} as const;
