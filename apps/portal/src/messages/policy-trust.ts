import { catalog } from "#messages/catalog.ts";

/** Which of Azure's lists of changed ranges a policy confirms. */
export const policyTrust = catalog({
  en: {
    trustFirst: "Lists to confirm first",
    trustFirstHint:
      "A list of changes is confirmed by comparing every allocated block with the previous point. This many of each disk, 1 to 100.",
    trustEvery: "Then confirm one list of",
    trustEveryHint:
      "10 confirms every tenth list, 1 confirms all. A wrong list turns the lists of its disk off.",
  },
  nl: {
    trustFirst: "Eerst te controleren lijsten",
    trustFirstHint:
      "Een lijst met wijzigingen wordt gecontroleerd door elk toegewezen blok met het vorige punt te vergelijken. Zoveel per schijf, 1 tot 100.",
    trustEvery: "Daarna één lijst controleren op de",
    trustEveryHint:
      "10 controleert elke tiende lijst, 1 controleert ze allemaal. Een foute lijst schakelt de lijsten van die schijf uit.",
  },
});
