import type { NoticeCode } from "@kluis/domain";
import type { Catalog } from "#messages/catalog.ts";

/**
 * Sentences that the server composes, by notice code; a code without its texts does not compile. Parameters arrive
 * formatted by their names: `…Bytes`, `…At`, `…Ms` and `…Seconds` as text, other numbers as numbers.
 */
export const notices: Catalog<Readonly<Record<NoticeCode, string>>> = {
  en: {
    "delta-first-backup": "First backup of this disk",
    "transfer-finished": "{disks, plural, one {# disk} other {# disks}}, {movedBytes} moved",
    "restore-creates-disk":
      "Create the managed disk {name} ({sku}) in resource group {resourceGroup}, {location}.",
    "restore-opens-access": "Open write access to the disk for the time of the upload.",
    "restore-writes": "Write all data from the vault; parts that are all zeros are skipped.",
    "restore-closes-access": "Close write access. Azure then checks the disk and leaves it unattached.",
    "restore-keeps-vm":
      "The virtual machine and its disks do not change. Attach the new disk when it is ready.",
    "restore-name-taken": "If a disk named {name} already exists, the job fails and changes nothing.",
    "restore-changes-sku": "The disk was {from}; the new disk is {to}.",
    "restore-from-damaged": "Verification found this recovery point damaged, so the restore may fail.",
  },
  nl: {
    "delta-first-backup": "Eerste back-up van deze schijf",
    "transfer-finished": "{disks, plural, one {# schijf} other {# schijven}}, {movedBytes} overgebracht",
    "restore-creates-disk":
      "De beheerde schijf {name} ({sku}) maken in resourcegroep {resourceGroup}, {location}.",
    "restore-opens-access": "Schrijftoegang tot de schijf openen voor de duur van de upload.",
    "restore-writes": "Alle gegevens uit de kluis schrijven; delen met alleen nullen worden overgeslagen.",
    "restore-closes-access":
      "Schrijftoegang sluiten. Azure controleert de schijf en laat deze losgekoppeld staan.",
    "restore-keeps-vm":
      "De virtuele machine en de schijven ervan veranderen niet. Koppel de nieuwe schijf zodra deze gereed is.",
    "restore-name-taken":
      "Als er al een schijf met de naam {name} bestaat, mislukt de taak en verandert er niets.",
    "restore-changes-sku": "De schijf was {from}; de nieuwe schijf is {to}.",
    "restore-from-damaged":
      "Verificatie heeft vastgesteld dat dit herstelpunt beschadigd is; het herstel kan daarom mislukken.",
  },
};
