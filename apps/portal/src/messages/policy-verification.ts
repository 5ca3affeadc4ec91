import { catalog } from "#messages/catalog.ts";

/** Scheduled verification in the editor of policies. */
export const policyVerification = catalog({
  en: {
    title: "Verification",
    lead: "Runs between 20:00 and 06:00 in the time zone of the policy, after restores and backups. Damage is shown, and avoided by the next backup.",
    verifies: "Verify recovery points",
    options: { never: "Only when asked", quick: "Quick", sampled: "Sampled", full: "Full" },
    hints: {
      never: "Nothing is verified by schedule.",
      quick: "Checks that maps are intact and that all data is there. Reads little.",
      sampled: "Reads every byte of a part each night, until all of a point is read.",
      full: "Reads every byte of each point.",
    },
    days: "Days between two verifications of a point",
    amount: "Read in a night",
    amountHint:
      "Points that were not read for the longest come first, and each team gets its share of the night.",
    unit: "Unit",
    units: { percent: "percent of each point", gib: "GiB of the disks of each virtual machine" },
    sentence: {
      quick: "Points are checked quickly every {days, plural, one {night} other {# nights}}.",
      full: "Every byte of each point is read every {days, plural, one {night} other {# nights}}.",
      percent: "Each night reads {amount, number} % of each point.",
      gib: "Each night reads up to {amount, number} GiB of the points of each virtual machine.",
    },
  },
  nl: {
    title: "Verificatie",
    lead: "Loopt tussen 20:00 en 06:00 in de tijdzone van het beleid, na herstel en back-ups. Schade wordt getoond, en de volgende back-up gebruikt haar niet.",
    verifies: "Herstelpunten verifiëren",
    options: { never: "Alleen op verzoek", quick: "Snel", sampled: "Steekproef", full: "Volledig" },
    hints: {
      never: "Niets wordt volgens schema geverifieerd.",
      quick: "Controleert of de structuur klopt en alle gegevens er zijn. Leest weinig.",
      sampled: "Leest elke nacht elke byte van een deel, tot een punt helemaal is gelezen.",
      full: "Leest elke byte van elk punt.",
    },
    days: "Dagen tussen twee verificaties van een punt",
    amount: "Per nacht lezen",
    amountHint:
      "Punten die het langst niet zijn gelezen komen eerst, en elk team krijgt zijn deel van de nacht.",
    unit: "Eenheid",
    units: { percent: "procent van elk punt", gib: "GiB van de schijven van elke virtuele machine" },
    sentence: {
      quick: "Punten worden elke {days, plural, one {nacht} other {# nachten}} snel gecontroleerd.",
      full: "Elke byte van elk punt wordt elke {days, plural, one {nacht} other {# nachten}} gelezen.",
      percent: "Elke nacht wordt {amount, number} % van elk punt gelezen.",
      gib: "Elke nacht wordt ten hoogste {amount, number} GiB van de punten van elke virtuele machine gelezen.",
    },
  },
});
