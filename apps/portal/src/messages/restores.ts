import { catalog } from "#messages/catalog.ts";

/** The dialog that restores a disk. */
export const restores = catalog({
  en: {
    title: "Restore disk {disk}",
    lead: "Writes the disk, as of this recovery point, to a new managed disk. Existing disks do not change.",
    name: "Name of the new disk",
    group: "Resource group",
    groupHint: "Empty: the resource group of the VM.",
    sku: "Disk type",
    skuSame: "Unchanged ({sku})",
    skus: { Standard_LRS: "Standard HDD", StandardSSD_LRS: "Standard SSD", Premium_LRS: "Premium SSD" },
    plan: "What will happen in Azure",
    planWaiting: "Enter a valid name to see the plan.",
    submit: "Start restore",
    started: "Restore started",
    nameRule:
      "Use 1 to 80 letters, digits, periods, hyphens and underscores. Begin with a letter or digit; end with a letter, digit or underscore.",
  },
  nl: {
    title: "Schijf {disk} herstellen",
    lead: "Schrijft de schijf zoals in dit herstelpunt naar een nieuwe beheerde schijf. Bestaande schijven veranderen niet.",
    name: "Naam van de nieuwe schijf",
    group: "Resourcegroep",
    groupHint: "Leeg: de resourcegroep van de VM.",
    sku: "Schijftype",
    skuSame: "Ongewijzigd ({sku})",
    skus: { Standard_LRS: "Standard HDD", StandardSSD_LRS: "Standard SSD", Premium_LRS: "Premium SSD" },
    plan: "Wat er in Azure gebeurt",
    planWaiting: "Voer een geldige naam in om het plan te zien.",
    submit: "Herstel starten",
    started: "Herstel gestart",
    nameRule:
      "Gebruik 1 tot 80 letters, cijfers, punten, koppeltekens en onderstrepingstekens. Begin met een letter of cijfer en eindig met een letter, cijfer of onderstrepingsteken.",
  },
});
