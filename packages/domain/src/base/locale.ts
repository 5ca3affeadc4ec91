/** The languages of the portal. Logs, the command line and stored text stay English. */
export const locales = ["en", "nl"] as const;
export type Locale = (typeof locales)[number];
