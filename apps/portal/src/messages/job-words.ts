import {
  deltaMethodTexts,
  type JobKind,
  jobDiskStateTexts,
  jobKindTexts,
  jobStateTexts,
  jobStepTexts,
  jobTriggerTexts,
  stepStateTexts,
  transferWaitTexts,
} from "@kluis/domain";
import { catalog } from "#messages/catalog.ts";

/** Each step once: the names of a backup win over those of a restore, which are under `restoreSteps`. */
const stepTexts = {
  ...jobStepTexts["restore-disk"],
  ...jobStepTexts.verify,
  ...jobStepTexts["delete-point"],
  ...jobStepTexts.backup,
};

/** The words of jobs: kinds, states, steps, and what recovery points share with them (triggers, delta methods). */
export const jobWords = catalog({
  en: {
    kinds: jobKindTexts,
    titles: {
      backup: "Backup of {vm}",
      "restore-disk": "Disk restore of {vm}",
      verify: "Verification of {vm}",
      "delete-point": "Recovery point deletion of {vm}",
      "copy-point": "Second copy of {vm}",
    } satisfies Record<JobKind, string>,
    states: jobStateTexts,
    /** What a transfer that does not move waits for. */
    waits: transferWaitTexts,
    stepStates: stepStateTexts,
    /** A step that was running when the job was canceled, and one that the job never started. */
    stepCanceled: jobStateTexts.cancelled,
    notReached: "Not reached",
    steps: stepTexts,
    /** Steps that write to a disk instead of reading from a snapshot. */
    restoreSteps: jobStepTexts["restore-disk"],
    /** Steps that read from a vault and write to another one. */
    copySteps: jobStepTexts["copy-point"],
    triggers: jobTriggerTexts,
    delta: deltaMethodTexts,
    /** How a job started and who started it. */
    startedBy: "{trigger}, {name}",
    diskStates: jobDiskStateTexts,
  },
  nl: {
    kinds: {
      backup: "Back-up",
      "restore-disk": "Schijfherstel",
      verify: "Verificatie",
      "delete-point": "Verwijdering van herstelpunt",
      "copy-point": "Tweede kopie",
    },
    titles: {
      backup: "Back-up van {vm}",
      "restore-disk": "Schijfherstel van {vm}",
      verify: "Verificatie van {vm}",
      "delete-point": "Verwijdering van herstelpunt van {vm}",
      "copy-point": "Tweede kopie van {vm}",
    },
    states: {
      queued: "In wachtrij",
      running: "Actief",
      succeeded: "Geslaagd",
      warning: "Geslaagd met waarschuwingen",
      failed: "Mislukt",
      cancelled: "Geannuleerd",
    },
    waits: {
      turn: "Wacht op overdracht",
      outage: "Geparkeerd door een storing",
    },
    stepStates: {
      waiting: "Wacht",
      running: "Actief",
      done: "Gereed",
      skipped: "Overgeslagen",
      failed: "Mislukt",
    },
    stepCanceled: "Geannuleerd",
    notReached: "Niet bereikt",
    steps: {
      prepare: "Voorbereiden",
      extension: "Momentopname-extensie",
      snapshot: "Momentopname",
      access: "Momentopname openen",
      plan: "Wijzigingen zoeken",
      transfer: "Overdracht naar de kluis",
      seal: "Manifest schrijven",
      "remove-snapshot": "Momentopname verwijderen",
      "recovery-point": "Herstelpunt",
      "create-disk": "Schijf maken",
      finish: "Afronden",
      verify: "Verifiëren",
      delete: "Verwijderen",
    },
    restoreSteps: {
      prepare: "Voorbereiden",
      "create-disk": "Schijf maken",
      access: "Schijf openen",
      transfer: "Naar de schijf schrijven",
      finish: "Afronden",
    },
    copySteps: {
      prepare: "Zoeken wat ontbreekt",
      transfer: "Naar de tweede kluis kopiëren",
      seal: "Manifest schrijven",
      "recovery-point": "Tweede kopie",
    },
    triggers: {
      schedule: "Planning",
      manual: "Handmatig",
      protect: "Eerste back-up",
    },
    delta: {
      full: "Alle toegewezen blokken",
      "changed-ranges": "Gewijzigde bereiken uit Azure",
      "digest-comparison": "Digestvergelijking",
    },
    startedBy: "{trigger}, {name}",
    diskStates: {
      waiting: "Wacht",
      running: "Actief",
      done: "Gereed",
      failed: "Mislukt",
    },
  },
});
