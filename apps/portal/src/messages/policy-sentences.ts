import type { PolicyDocument, Retention } from "@kluis/domain";
import { catalog } from "#messages/catalog.ts";

type Consistency = PolicyDocument["consistency"];

/** A policy in sentences. */
export const policySentences = catalog({
  en: {
    whole: "{schedule} {consistency} {retention} {snapshots}",
    short: "{schedule} {retention}",
    daily: "Every day at {times} ({zone}).",
    weekly: "Every {days} at {times} ({zone}).",
    allDay: "{hours, plural, one {Every hour} other {Every # hours}}, all day, starting at {start} ({zone}).",
    window:
      "{hours, plural, one {Every hour} other {Every # hours}} from {start}, for {length, plural, one {# hour} other {# hours}} each day ({zone}).",
    application: {
      continue: "Application-consistent on Windows (VSS {vss}), or the next lower level.",
      fail: "Application-consistent on Windows (VSS {vss}), or the job fails.",
    } satisfies Record<Consistency["otherwise"], string>,
    vss: { full: "full", copy: "copy" } satisfies Record<Consistency["vss"], string>,
    crash: "Crash-consistent.",
    retention: "Keeps {tiers}.",
    tiers: {
      keepLast: "the newest {count, plural, one {point} other {# points}}",
      daily: "one a day for {count, plural, one {# day} other {# days}}",
      weekly: "one a week for {count, plural, one {# week} other {# weeks}}",
      monthly: "one a month for {count, plural, one {# month} other {# months}}",
      yearly: "one a year for {count, plural, one {# year} other {# years}}",
    } satisfies Record<keyof Retention, string>,
    aged: {
      keepLast: "every point until it is {age} old",
      daily: "one a day until it is {age} old",
      weekly: "one a week until it is {age} old",
      monthly: "one a month until it is {age} old",
      yearly: "one a year until it is {age} old",
    } satisfies Record<keyof Retention, string>,
    softDelete:
      "{days, plural, one {Deleted points can be brought back for # day.} other {Deleted points can be brought back for # days.}}",
    snapshots:
      "{days, plural, =0 {Snapshots are removed after the transfer.} one {Snapshots stay in Azure for # day for instant restore.} other {Snapshots stay in Azure for # days for instant restore.}}",
    trust:
      "The first {first, plural, one {list} other {# lists}} of changes of each disk and then {every, plural, =1 {every list} other {one list of #}} are confirmed.",
  },
  nl: {
    whole: "{schedule} {consistency} {retention} {snapshots}",
    short: "{schedule} {retention}",
    daily: "Elke dag om {times} ({zone}).",
    weekly: "Elke {days} om {times} ({zone}).",
    allDay: "{hours, plural, one {Elk uur} other {Elke # uur}}, de hele dag, vanaf {start} ({zone}).",
    window:
      "{hours, plural, one {Elk uur} other {Elke # uur}} vanaf {start}, {length, plural, one {# uur} other {# uur}} per dag ({zone}).",
    application: {
      continue: "Toepassingsconsistent op Windows ({vss}), anders het eerstvolgende lagere niveau.",
      fail: "Toepassingsconsistent op Windows ({vss}), anders mislukt de taak.",
    },
    vss: { full: "volledige VSS-back-up", copy: "VSS-kopie" },
    crash: "Crashconsistent.",
    retention: "Bewaart {tiers}.",
    tiers: {
      keepLast: "{count, plural, one {het nieuwste punt} other {de # nieuwste punten}}",
      daily: "{count, plural, one {# dag} other {# dagen}} lang één per dag",
      weekly: "{count, plural, one {# week} other {# weken}} lang één per week",
      monthly: "{count, plural, one {# maand} other {# maanden}} lang één per maand",
      yearly: "{count, number} jaar lang één per jaar",
    },
    aged: {
      keepLast: "elk punt tot het {age} oud is",
      daily: "één per dag tot het {age} oud is",
      weekly: "één per week tot het {age} oud is",
      monthly: "één per maand tot het {age} oud is",
      yearly: "één per jaar tot het {age} oud is",
    },
    softDelete:
      "{days, plural, one {Verwijderde punten kunnen # dag worden teruggehaald.} other {Verwijderde punten kunnen # dagen worden teruggehaald.}}",
    snapshots:
      "{days, plural, =0 {Momentopnamen worden na de overdracht verwijderd.} one {Momentopnamen blijven # dag in Azure voor direct herstel.} other {Momentopnamen blijven # dagen in Azure voor direct herstel.}}",
    trust:
      "De eerste {first, plural, one {lijst} other {# lijsten}} met wijzigingen van elke schijf en daarna {every, plural, =1 {elke lijst} other {één op de #}} worden gecontroleerd.",
  },
});
