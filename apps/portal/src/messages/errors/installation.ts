import { catalog } from "#messages/catalog.ts";
import { tokenAccessReasons } from "#messages/errors/token-access.ts";

/** The installation: configuration, database, disk, ports, and anything unknown. */
export const installationErrors = catalog({
  en: {
    CONFIG_INVALID: {
      title: "The configuration is not valid",
      message: "A setting of this installation is missing or wrong.",
      action: "The platform owner finds the details in the log.",
    },
    CLOCK_WRONG: {
      title: "A clock is wrong",
      message: "The clocks of an engine, the database and Azure differ.",
      action: "Set the time of these machines with NTP.",
      reasons: {
        database: {
          message:
            "The clock of {host} is {seconds, number} seconds {direction, select, ahead {ahead of} other {behind}} the clock of the database.",
          action:
            "Set the time of both machines with NTP. This engine schedules and collects nothing until they agree.",
        },
        azure: {
          message:
            "The clock of {host} is {seconds, number} seconds {direction, select, ahead {ahead of} other {behind}} the clock of Azure.",
          action:
            "Set the time of this machine with NTP. This engine schedules and collects nothing until they agree.",
        },
      },
    },
    DATABASE_UNREACHABLE: {
      title: "The database does not respond",
      message: "Kluis cannot reach its database.",
      action: "Try again in a moment.",
    },
    DISK_FULL: {
      title: "The disk of the engine is full",
      message: "The engine has no space left for temporary data.",
      action: "Free space on the machine of the engine.",
    },
    PORT_IN_USE: {
      title: "The port is in use",
      message: "Another process listens on the configured port.",
      action: "Stop that process, or choose another port.",
    },
    RATE_LIMITED: {
      title: "Too many requests",
      message: "Too many requests from this user.",
      action: "Wait, then try again.",
      reasons: {
        ...tokenAccessReasons.en.RATE_LIMITED,
        calls: {
          message:
            "Too many requests from this user. The next one is accepted in {seconds, plural, one {# second} other {# seconds}}.",
          action: "Wait, then try again.",
        },
      },
    },
    CANCELLED: {
      title: "Canceled",
      message: "The operation was canceled.",
      action: "",
    },
    INTERNAL: {
      title: "Something went wrong",
      message: "An unexpected error occurred.",
      action: "Try again. If it persists, give the request ID to the platform owner.",
    },
  },
  nl: {
    CONFIG_INVALID: {
      title: "De configuratie is niet geldig",
      message: "Een instelling van deze installatie ontbreekt of is onjuist.",
      action: "De platformeigenaar vindt de details in het logboek.",
    },
    CLOCK_WRONG: {
      title: "Een klok loopt verkeerd",
      message: "De klokken van een engine, de database en Azure verschillen.",
      action: "Stel de tijd van deze machines in met NTP.",
      reasons: {
        database: {
          message:
            "De klok van {host} loopt {seconds, number} seconden {direction, select, ahead {voor} other {achter}} op die van de database.",
          action:
            "Stel de tijd van beide machines in met NTP. Deze engine plant en ruimt niets op totdat de klokken gelijklopen.",
        },
        azure: {
          message:
            "De klok van {host} loopt {seconds, number} seconden {direction, select, ahead {voor} other {achter}} op die van Azure.",
          action:
            "Stel de tijd van deze machine in met NTP. Deze engine plant en ruimt niets op totdat de klokken gelijklopen.",
        },
      },
    },
    DATABASE_UNREACHABLE: {
      title: "De database reageert niet",
      message: "Kluis kan de database niet bereiken.",
      action: "Probeer het over enkele ogenblikken opnieuw.",
    },
    DISK_FULL: {
      title: "De schijf van de engine is vol",
      message: "De engine heeft geen ruimte meer voor tijdelijke gegevens.",
      action: "Maak ruimte vrij op de machine van de engine.",
    },
    PORT_IN_USE: {
      title: "De poort is in gebruik",
      message: "Een ander proces luistert op de geconfigureerde poort.",
      action: "Stop dat proces of kies een andere poort.",
    },
    RATE_LIMITED: {
      title: "Te veel aanvragen",
      message: "Te veel aanvragen van deze gebruiker.",
      action: "Wacht even en probeer het opnieuw.",
      reasons: {
        ...tokenAccessReasons.nl.RATE_LIMITED,
        calls: {
          message:
            "Te veel aanvragen van deze gebruiker. De volgende wordt over {seconds, plural, one {# seconde} other {# seconden}} geaccepteerd.",
          action: "Wacht even en probeer het opnieuw.",
        },
      },
    },
    CANCELLED: {
      title: "Geannuleerd",
      message: "De bewerking is geannuleerd.",
      action: "",
    },
    INTERNAL: {
      title: "Er is iets misgegaan",
      message: "Er is een onverwachte fout opgetreden.",
      action:
        "Probeer het opnieuw. Blijft dit gebeuren, geef dan de aanvraag-id door aan de platformeigenaar.",
    },
  },
});
