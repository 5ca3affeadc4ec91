import { catalog } from "#messages/catalog.ts";

/** The directory: when accounts and groups were read from it, and what it needs. */
export const directory = catalog({
  en: {
    title: "Directory",
    lead: "Accounts and groups are read from Microsoft Graph. Who leaves the directory loses access here.",
    off: "Not read",
    offText: "Groups come from the tokens of sign-ins only. KLUIS_DIRECTORY=graph turns the reading on.",
    states: { working: "Read", waiting: "Not read yet", failing: "Failing" },
    read: "Read now",
    asked: "The directory is being read",
    source: "Read from",
    tenant: "{host}, tenant {tenant}",
    lastSuccess: "Last read",
    never: "Never",
    running: "being read now",
    every: "{minutes, plural, one {Every minute} other {Every # minutes}}, and at each sign-in",
    interval: "Interval",
    people: "Users",
    peopleText:
      "{followed, plural, =0 {No users} one {# user} other {# users}}{gone, plural, =0 {} one {; # account is gone} other {; # accounts are gone}}{elsewhere, plural, =0 {} one {; # user is of another tenant} other {; # users are of other tenants}}",
    groups: "Groups with roles",
    groupsText:
      "{held, plural, =0 {None} one {# group} other {# groups}}{deleted, plural, =0 {} one {; # no longer exists} other {; # no longer exist}}",
    rights: "Rights by groups",
    rightsText:
      "{hours, plural, one {End # hour} other {End # hours}} after the groups of a user were last read",
    permissions: "Permissions of the app",
    permissionsText: "{names}: application permissions of Microsoft Graph, with admin consent",
    failures:
      "{items, plural, one {# question was not answered} other {# questions were not answered}}; the first: {first}",
    notice: {
      kept: "Your groups could not be read when you signed in. The rights that they gave you before still hold for now.",
      expired:
        "Your groups could not be read, so roles that you have through a group do not count. Sign in again later, or ask the platform owner.",
    },
  },
  nl: {
    title: "Directory",
    lead: "Accounts en groepen worden uit Microsoft Graph gelezen. Wie de directory verlaat, verliest hier de toegang.",
    off: "Niet gelezen",
    offText:
      "Groepen komen alleen uit de tokens van aanmeldingen. KLUIS_DIRECTORY=graph zet het uitlezen aan.",
    states: { working: "Gelezen", waiting: "Nog niet gelezen", failing: "Mislukt" },
    read: "Nu lezen",
    asked: "De directory wordt gelezen",
    source: "Gelezen uit",
    tenant: "{host}, tenant {tenant}",
    lastSuccess: "Laatst gelezen",
    never: "Nooit",
    running: "wordt nu gelezen",
    every: "{minutes, plural, one {Elke minuut} other {Elke # minuten}}, en bij elke aanmelding",
    interval: "Interval",
    people: "Gebruikers",
    peopleText:
      "{followed, plural, =0 {Geen gebruikers} one {# gebruiker} other {# gebruikers}}{gone, plural, =0 {} one {; # account is verdwenen} other {; # accounts zijn verdwenen}}{elsewhere, plural, =0 {} one {; # gebruiker is van een andere tenant} other {; # gebruikers zijn van andere tenants}}",
    groups: "Groepen met rollen",
    groupsText:
      "{held, plural, =0 {Geen} one {# groep} other {# groepen}}{deleted, plural, =0 {} one {; # bestaat niet meer} other {; # bestaan niet meer}}",
    rights: "Rechten via groepen",
    rightsText: "Eindigen {hours} uur nadat de groepen van een gebruiker voor het laatst zijn gelezen",
    permissions: "Machtigingen van de app",
    permissionsText:
      "{names}: toepassingsmachtigingen van Microsoft Graph, met toestemming van een beheerder",
    failures:
      "{items, plural, one {# vraag is niet beantwoord} other {# vragen zijn niet beantwoord}}; de eerste: {first}",
    notice: {
      kept: "Uw groepen konden bij het aanmelden niet worden gelezen. De rechten die ze eerder gaven, gelden voorlopig nog.",
      expired:
        "Uw groepen konden niet worden gelezen. Rollen die u via een groep hebt, tellen daarom niet mee. Meld u later opnieuw aan, of vraag het de platformeigenaar.",
    },
  },
});
