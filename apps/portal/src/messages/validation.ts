import { catalog } from "#messages/catalog.ts";

/** Problems of a form's fields; Zod's own sentences never reach a page. */
export const validation = catalog({
  en: {
    required: "Fill in this field.",
    wholeNumber: "Enter a whole number.",
    atLeast: "Enter at least {minimum, number}.",
    atMost: "Enter at most {maximum, number}.",
    tooShort: "Use at least {minimum, plural, one {# character} other {# characters}}.",
    tooLong: "Use at most {maximum, plural, one {# character} other {# characters}}.",
    tooFew: "Choose at least {minimum, number}.",
    tooMany: "Choose at most {maximum, number}.",
    format: "The format is not valid.",
    choice: "Choose one of the options.",
    invalid: "This value is not valid.",
    fields: "Not valid: {fields}.",
  },
  nl: {
    required: "Vul dit veld in.",
    wholeNumber: "Voer een geheel getal in.",
    atLeast: "Voer ten minste {minimum, number} in.",
    atMost: "Voer ten hoogste {maximum, number} in.",
    tooShort: "Gebruik ten minste {minimum, plural, one {# teken} other {# tekens}}.",
    tooLong: "Gebruik ten hoogste {maximum, plural, one {# teken} other {# tekens}}.",
    tooFew: "Kies er ten minste {minimum, number}.",
    tooMany: "Kies er ten hoogste {maximum, number}.",
    format: "De notatie is niet geldig.",
    choice: "Kies een van de opties.",
    invalid: "Deze waarde is niet geldig.",
    fields: "Niet geldig: {fields}.",
  },
});
