import { catalog } from "#messages/catalog.ts";

/** A backup or restore whose transfer was given up. */
export const transferErrors = catalog({
  en: {
    TRANSFER_GIVEN_UP: {
      title: "The transfer was given up",
      message: "The transfer was given up, and what it made in Azure is removed.",
      action: "See the next backup of the virtual machine, or start the restore again.",
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
        "restore-expired": {
          message: "An outage stopped the restore for {days} days: {cause}",
          action: "Correct the cause, then start the restore again.",
        },
        "copy-expired": {
          message: "An outage stopped the second copy for {days} days: {cause}",
          action: "Correct the cause. The copy is then made again automatically.",
        },
      },
    },
  },
  nl: {
    TRANSFER_GIVEN_UP: {
      title: "De overdracht is opgegeven",
      message: "De overdracht is opgegeven en wat er in Azure voor is gemaakt, wordt verwijderd.",
      action: "Bekijk de volgende back-up van de virtuele machine of start het herstel opnieuw.",
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
        "restore-expired": {
          message: "Een storing hield het herstel {days} dagen lang tegen: {cause}",
          action: "Verhelp de oorzaak en start het herstel daarna opnieuw.",
        },
        "copy-expired": {
          message: "Een storing hield de tweede kopie {days} dagen lang tegen: {cause}",
          action: "Verhelp de oorzaak. Daarna wordt de kopie vanzelf opnieuw gemaakt.",
        },
      },
    },
  },
});
