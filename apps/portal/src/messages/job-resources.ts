import { azureResourceTexts, removalReasonTexts, resourceStandingTexts } from "@kluis/domain";
import { catalog } from "#messages/catalog.ts";

/** What a job made in Azure, and what is left of it. */
export const jobResources = catalog({
  en: {
    title: "In Azure",
    kinds: azureResourceTexts,
    standings: resourceStandingTexts,
    reasons: removalReasonTexts,
    keptUntil: "For instant restore until <time></time>.",
    nextTry: "{count, plural, one {Refused # time.} other {Refused # times.}} Next try: <time></time>.",
    removedAt: "Removed <time></time>.",
  },
  nl: {
    title: "In Azure",
    kinds: {
      "restore-point-collection": "Verzameling herstelpunten",
      "restore-point": "Momentopname",
      snapshot: "Momentopname van schijf",
      grant: "Schijftoegang",
      disk: "Schijf",
      manifest: "Manifest in de kluis",
    },
    standings: {
      "in-use": "In gebruik",
      kept: "Bewaard",
      delivered: "Opgeleverd",
      removing: "Wordt verwijderd",
      refused: "Verwijderen geweigerd",
      removed: "Verwijderd",
    },
    reasons: {
      copied: "De gegevens staan in de kluis.",
      "kept-over": "De tijd voor direct herstel is voorbij.",
      "point-deleted": "Het herstelpunt is verwijderd.",
      "job-ended": "De taak is mislukt of geannuleerd.",
      replaced: "De taak probeerde het opnieuw met een andere momentopname.",
      orphan: "Geen open taak en geen bewaarde momentopname heeft dit nodig.",
    },
    keptUntil: "Voor direct herstel tot <time></time>.",
    nextTry:
      "{count, plural, one {# keer geweigerd.} other {# keer geweigerd.}} Volgende poging: <time></time>.",
    removedAt: "Verwijderd <time></time>.",
  },
});
