import { catalog } from "#messages/catalog.ts";

/** A snapshot whose transfer was given up. */
export const transferErrors = catalog({
  en: {
    TRANSFER_GIVEN_UP: {
      title: "The snapshot was not transferred",
      message: "The transfer was given up, and its snapshot is removed.",
      action: "See the next backup of the virtual machine.",
      reasons: {
        superseded: {
          message: "An outage stopped the transfer, and a newer snapshot replaced it. The outage: {cause}",
          action: "No action needed if the newer backup succeeds.",
        },
        "not-started": {
          message: "The transfer had not started when a newer snapshot of the virtual machine was complete.",
          action: "Run more engines, or back up this virtual machine less often.",
        },
        expired: {
          message: "An outage stopped the transfer for {days} days: {cause}",
          action: "Correct the cause, then start a backup.",
        },
      },
    },
  },
  nl: {
    TRANSFER_GIVEN_UP: {
      title: "De momentopname is niet overgedragen",
      message: "De overdracht is opgegeven en de momentopname wordt verwijderd.",
      action: "Bekijk de volgende back-up van de virtuele machine.",
      reasons: {
        superseded: {
          message:
            "Een storing stopte de overdracht en een nieuwere momentopname verving die. De storing: {cause}",
          action: "Geen actie nodig als de nieuwere back-up slaagt.",
        },
        "not-started": {
          message:
            "De overdracht was nog niet begonnen toen een nieuwere momentopname van de virtuele machine gereed was.",
          action: "Zet meer engines in of maak minder vaak een back-up van deze virtuele machine.",
        },
        expired: {
          message: "Een storing stopte de overdracht {days} dagen lang: {cause}",
          action: "Verhelp de oorzaak en start daarna een back-up.",
        },
      },
    },
  },
});
