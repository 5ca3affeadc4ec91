import { catalog } from "#messages/catalog.ts";

/** What a change of rules takes of existing recovery points. */
export const policyEffects = catalog({
  en: {
    removed: "{count, plural, one {# recovery point is deleted} other {# recovery points are deleted}}",
    undo: "{days, plural, one {They can be brought back for # day.} other {They can be brought back for # days.}}",
    sooner:
      "{count, plural, one {# recovery point is kept for a shorter time.} other {# recovery points are kept for a shorter time.}}",
    none: "All its recovery points are kept, at least as long as now.",
    notAllowed: "You may not shorten the retention of this VM: the change is refused.",
    outOfReach: "The team of this policy does not reach this VM: the change is refused.",
    list: "Points that are deleted",
    more: "and {count, plural, one {# more} other {# more}}",
    change: "Change to {policy}",
    cancel: "Keep {policy}",
    refusedVms:
      "You may not shorten the retention of {count, plural, one {# affected VM} other {# affected VMs}}: saving is refused.",
    vms: "Affected VMs",
    vmRow:
      "{removed, plural, =0 {none deleted} other {# deleted}}, {sooner, plural, =0 {none shortened} other {# shortened}}",
    hidden:
      "{count, plural, one {# affected VM that you do not see} other {# affected VMs that you do not see}}",
  },
  nl: {
    removed:
      "{count, plural, one {# herstelpunt wordt verwijderd} other {# herstelpunten worden verwijderd}}",
    undo: "{days, plural, one {Ze kunnen nog # dag worden teruggehaald.} other {Ze kunnen nog # dagen worden teruggehaald.}}",
    sooner:
      "{count, plural, one {# herstelpunt wordt korter bewaard.} other {# herstelpunten worden korter bewaard.}}",
    none: "Alle herstelpunten worden bewaard, minstens zo lang als nu.",
    notAllowed: "U mag de bewaartermijn van deze VM niet verkorten: de wijziging wordt geweigerd.",
    outOfReach: "Het team van dit beleid bereikt deze VM niet: de wijziging wordt geweigerd.",
    list: "Punten die worden verwijderd",
    more: "en nog {count, number}",
    change: "Wijzigen in {policy}",
    cancel: "{policy} houden",
    refusedVms:
      "U mag de bewaartermijn van {count, plural, one {# betrokken VM} other {# betrokken VM’s}} niet verkorten: opslaan wordt geweigerd.",
    vms: "Betrokken VM’s",
    vmRow:
      "{removed, plural, =0 {geen verwijderd} other {# verwijderd}}, {sooner, plural, =0 {geen verkort} other {# verkort}}",
    hidden: "{count, plural, one {# betrokken VM die u niet ziet} other {# betrokken VM’s die u niet ziet}}",
  },
});
