import { snapshotRequestTexts, snapshotSourceTexts, tryOutcomeTexts } from "@kluis/domain";
import { catalog } from "#messages/catalog.ts";

/** The snapshot of a backup: the level that the policy requires, each try, and the level that was reached. */
export const jobCapture = catalog({
  en: {
    title: "Snapshot",
    wanted: "Requested",
    reached: "Reached",
    notYet: "Not yet",
    none: "No snapshot",
    why: "Reason",
    by: "Captured by",
    byWhy: "Why each disk",
    sources: snapshotSourceTexts,
    tries: "Tries of the snapshot",
    requests: snapshotRequestTexts,
    outcomes: tryOutcomeTexts,
  },
  nl: {
    title: "Momentopname",
    wanted: "Gevraagd",
    reached: "Bereikt",
    notYet: "Nog niet",
    none: "Geen momentopname",
    why: "Reden",
    by: "Vastgelegd met",
    byWhy: "Waarom per schijf",
    sources: {
      "restore-point": "Azure-herstelpunt",
      "disk-snapshots": "Momentopname van elke schijf",
    },
    tries: "Pogingen voor de momentopname",
    requests: {
      best: "Met het gastbesturingssysteem",
      crash: "Crashconsistent",
      disks: "Momentopname van elke schijf",
    },
    outcomes: {
      succeeded: "Geslaagd",
      running: "Actief",
      failed: "Mislukt",
    },
  },
});
