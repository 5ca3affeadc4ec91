import { deadlineStandingTexts, type TransferReason, transferReasonTexts } from "@kluis/domain";
import { catalog } from "#messages/catalog.ts";

/** Transfers that wait: for what, how long, and whether they meet their deadline. */
export const jobTransfer = catalog({
  en: {
    reasons: transferReasonTexts,
    /** The same in a list, below "Waiting for transfer". */
    short: {
      outage: "Outage",
      previous: "Previous transfer first",
      window: "Window closed",
      restores: "Restores first",
      backups: "Backups first",
      deadlines: "Earlier deadlines first",
      share: "Fair share in use",
      slots: "No free slot",
    } satisfies Record<TransferReason, string>,
    standings: deadlineStandingTexts,
    waitsFor: "Transfer",
    place: "Place in the queue",
    start: "Expected start",
    end: "Expected end",
    earliestStart: "Earliest start",
    earliestEnd: "Earliest end",
    noEnd: "Not known",
    replaced: "Replaced snapshots",
    ends: "Ends <time></time>",
    riskTitle: "This backup is expected to miss its deadline, or to end too close to it",
    riskText: "Expected end: <end></end>. Deadline: <deadline></deadline>.",
    riskNoEnd:
      "No end is expected before the deadline at <deadline></deadline>: no engine runs, or the transfer window does not open long enough.",
    riskAction: "Run more engines, widen the transfer window, or back up less often.",
    forecast: "Forecast <time></time>, from the rates of earlier transfers.",
  },
  nl: {
    reasons: {
      outage: "Wacht op het einde van een storing",
      previous: "Wacht op de vorige overdracht van de virtuele machine",
      window: "Wacht op het overdrachtsvenster van het beleid",
      restores: "Wacht op herstelbewerkingen",
      backups: "Wacht op back-ups",
      deadlines: "Wacht op overdrachten met een eerdere deadline",
      share: "Wacht omdat het team of de virtuele machine zijn deel al gebruikt",
      slots: "Wacht op een vrije plaats",
    },
    short: {
      outage: "Storing",
      previous: "Vorige overdracht eerst",
      window: "Venster gesloten",
      restores: "Herstel gaat voor",
      backups: "Back-ups gaan voor",
      deadlines: "Eerdere deadlines eerst",
      share: "Eigen deel in gebruik",
      slots: "Geen vrije plaats",
    },
    standings: {
      "at-risk": "Deadline in gevaar",
      met: "Deadline gehaald",
      missed: "Deadline gemist",
    },
    waitsFor: "Overdracht",
    place: "Plaats in de wachtrij",
    start: "Verwachte start",
    end: "Verwacht einde",
    earliestStart: "Vroegste start",
    earliestEnd: "Vroegste einde",
    noEnd: "Niet bekend",
    replaced: "Vervangen momentopnamen",
    ends: "Klaar <time></time>",
    riskTitle: "Deze back-up haalt de deadline naar verwachting niet of maar net",
    riskText: "Verwacht einde: <end></end>. Deadline: <deadline></deadline>.",
    riskNoEnd:
      "Vóór de deadline op <deadline></deadline> wordt geen einde verwacht: er draait geen engine, of het overdrachtsvenster is niet lang genoeg open.",
    riskAction: "Gebruik meer engines, verruim het overdrachtsvenster of maak minder vaak back-ups.",
    forecast: "Voorspeld <time></time>, op basis van de snelheid van eerdere overdrachten.",
  },
});
