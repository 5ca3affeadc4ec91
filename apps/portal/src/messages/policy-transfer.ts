import { catalog } from "#messages/catalog.ts";

/** When backups of a policy may move data to the vault, and how fast. */
export const policyTransfer = catalog({
  en: {
    title: "Transfer",
    moves: "Transfer window",
    options: { always: "Always open", window: "Only at certain hours" },
    hints: {
      always: "Data moves as soon as the snapshot is complete.",
      window: "Snapshots are taken at the planned times; their data waits for the window.",
    },
    from: "Opens at",
    to: "Closes at",
    toHint:
      "A time at or before the opening is on the next day. Parts that are moving at the closing finish.",
    days: "Days on which it opens",
    restores: "Restores do not wait for the window.",
    bandwidth: "Most MiB per second",
    bandwidthHint:
      "For all backups of the policy together, on all engines. The lowest limit of policy, vault and engine counts. Leave it empty for no limit. Restores have none.",
    sentence: {
      daily: "Data moves from {from} to {to}.",
      days: "Data moves on {days} from {from} to {to}.",
      whole: "Data moves for 24 hours from {from} on {days}.",
      bandwidth: "Its backups store at most {bandwidth, number} MiB per second together.",
    },
  },
  nl: {
    title: "Overdracht",
    moves: "Overdrachtsvenster",
    options: { always: "Altijd open", window: "Alleen op bepaalde uren" },
    hints: {
      always: "Gegevens worden overgebracht zodra de momentopname gereed is.",
      window: "Momentopnamen worden op de geplande tijden gemaakt; hun gegevens wachten op het venster.",
    },
    from: "Opent om",
    to: "Sluit om",
    toHint:
      "Een tijd op of vóór de opening valt op de volgende dag. Delen die bij het sluiten onderweg zijn, worden afgemaakt.",
    days: "Dagen waarop het opent",
    restores: "Herstelbewerkingen wachten niet op het venster.",
    bandwidth: "Hoogste aantal MiB per seconde",
    bandwidthHint:
      "Voor alle back-ups van het beleid samen, op alle engines. De laagste limiet van beleid, kluis en engine geldt. Laat leeg voor geen limiet. Herstellen heeft geen limiet.",
    sentence: {
      daily: "Gegevens worden overgebracht van {from} tot {to}.",
      days: "Gegevens worden overgebracht op {days} van {from} tot {to}.",
      whole: "Gegevens worden overgebracht op {days}, 24 uur lang vanaf {from}.",
      bandwidth: "De back-ups slaan samen hoogstens {bandwidth, number} MiB per seconde op.",
    },
  },
});
