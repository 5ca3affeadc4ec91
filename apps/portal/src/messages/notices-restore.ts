import { catalog } from "#messages/catalog.ts";

/** Notices of restores; notices.ts joins them with the others. */
export const restoreNotices = catalog({
  en: {
    "restore-planned": "{sourceDisk} of {vm}: {plannedBytes} to write to {targetDisk}.",
    "restore-creates-disk":
      "Create the managed disk {name} ({sku}) in resource group {resourceGroup}, {location}.",
    "restore-opens-access": "Open write access to the disk during the upload.",
    "restore-writes": "Write all data from the vault; parts that are all zeros are skipped.",
    "restore-closes-access": "Close write access. Azure then checks the disk and leaves it unattached.",
    "restore-keeps-vm":
      "The virtual machine and its disks do not change. Attach the new disk when it is ready.",
    "restore-name-taken": "If a disk named {name} already exists, the job fails and changes nothing.",
    "restore-sku-fallback": "The disk was {from}, into which Azure accepts no upload; the new disk is {to}.",
    "restore-zone": "The new disk is in availability zone {zone}: a VM of that zone can attach it.",
    "restore-changes-zone": "The disk was in availability zone {from}; the new disk is in zone {to}.",
    "restore-drops-zone":
      "The disk was in availability zone {from}; the new disk is in no zone, so that no VM in a zone can attach it.",
    "restore-customer-key":
      "The new disk is encrypted with the disk encryption set {set}. Without it the job fails before it creates a disk.",
    "restore-platform-key":
      "The disk was encrypted with the disk encryption set {set}; the new disk uses a platform key, as you chose.",
    "restore-access-after-upload":
      "The new disk accepts the upload over the public network. Its network access is set to {policy} when the upload ends.",
    "restore-changes-access": "The network access of the disk was {from}; that of the new disk is {to}.",
    "restore-facts-not-recorded":
      "An earlier version created this recovery point and did not record encryption, network access and capabilities of the disk. The new disk has Azure’s defaults.",
    "restore-default-performance":
      "The performance settings of the disk do not apply to {sku}; the new disk has Azure’s defaults.",
    "restore-direct-drive":
      "A VM that attaches a {sku} disk must support it, and cannot use a host cache for it.",
    "restore-new-vtpm":
      "The new disk is a trusted launch disk with an empty virtual TPM: secrets that the old one sealed need their recovery keys.",
    "restore-encrypted-in-guest":
      "Azure Disk Encryption had encrypted the disk: the new disk holds ciphertext, and its VM needs the recorded keys in the key vault.",
    "disk-access-setting": "Azure is setting the network access of the disk.",
    "restore-changes-sku": "The disk was {from}; the new disk is {to}.",
    "restore-from-damaged": "This recovery point is damaged, so the restore may fail.",
    "restore-damaged-disk":
      "{damagedBytes} of the disk in {ranges, plural, one {# range} other {# ranges}} cannot be read, so the restore fails. Back up the VM first, choose another point, or skip what is damaged.",
    "restore-skips-damage":
      "{damagedBytes} of the disk in {ranges, plural, one {# range} other {# ranges}} cannot be read: the new disk has zeros there.",
    "restore-skips-unknown":
      "What cannot be read becomes zeros, and the job lists the ranges. They are not known yet.",
    "restore-readable-disk": "The recovery point is damaged, but no damage of this disk is known.",
  },
  nl: {
    "restore-planned": "{sourceDisk} van {vm}: {plannedBytes} te schrijven naar {targetDisk}.",
    "restore-creates-disk":
      "De beheerde schijf {name} ({sku}) maken in resourcegroep {resourceGroup}, {location}.",
    "restore-opens-access": "Schrijftoegang tot de schijf openen tijdens de upload.",
    "restore-writes": "Alle gegevens uit de kluis schrijven; delen met alleen nullen worden overgeslagen.",
    "restore-closes-access":
      "Schrijftoegang sluiten. Azure controleert de schijf en laat deze losgekoppeld staan.",
    "restore-keeps-vm":
      "De virtuele machine en de schijven ervan veranderen niet. Koppel de nieuwe schijf zodra deze gereed is.",
    "restore-name-taken":
      "Als er al een schijf met de naam {name} bestaat, mislukt de taak en verandert er niets.",
    "restore-sku-fallback":
      "De schijf was {from}; daarin accepteert Azure geen upload. De nieuwe schijf is {to}.",
    "restore-zone":
      "De nieuwe schijf staat in beschikbaarheidszone {zone}: een VM in die zone kan de schijf koppelen.",
    "restore-changes-zone":
      "De schijf stond in beschikbaarheidszone {from}; de nieuwe schijf staat in zone {to}.",
    "restore-drops-zone":
      "De schijf stond in beschikbaarheidszone {from}; de nieuwe schijf staat in geen zone. Een VM in een zone kan de schijf dan niet koppelen.",
    "restore-customer-key":
      "De nieuwe schijf wordt versleuteld met de schijfversleutelingsset {set}. Ontbreekt die, dan mislukt de taak voordat er een schijf wordt gemaakt.",
    "restore-platform-key":
      "De schijf was versleuteld met de schijfversleutelingsset {set}; de nieuwe schijf gebruikt een platformsleutel, zoals u koos.",
    "restore-access-after-upload":
      "De nieuwe schijf accepteert de upload via het openbare netwerk. Na de upload wordt de netwerktoegang {policy}.",
    "restore-changes-access": "De netwerktoegang van de schijf was {from}; die van de nieuwe schijf is {to}.",
    "restore-facts-not-recorded":
      "Een eerdere versie heeft dit herstelpunt gemaakt, zonder versleuteling, netwerktoegang en mogelijkheden van de schijf vast te leggen. De nieuwe schijf krijgt de standaardwaarden van Azure.",
    "restore-default-performance":
      "De prestatie-instellingen van de schijf gelden niet voor {sku}; de nieuwe schijf krijgt de standaardwaarden van Azure.",
    "restore-direct-drive":
      "Een VM die een schijf van het type {sku} koppelt, moet dat type ondersteunen en kan er geen hostcache voor gebruiken.",
    "restore-new-vtpm":
      "De nieuwe schijf is een schijf voor Vertrouwd opstarten met een lege virtuele TPM: geheimen die de oude had verzegeld, hebben hun herstelsleutels nodig.",
    "restore-encrypted-in-guest":
      "De schijf was versleuteld met Azure Disk Encryption: de nieuwe schijf bevat versleutelde gegevens, en de VM heeft de vastgelegde sleutels in de sleutelkluis nodig.",
    "disk-access-setting": "Azure stelt de netwerktoegang van de schijf in.",
    "restore-changes-sku": "De schijf was {from}; de nieuwe schijf is {to}.",
    "restore-from-damaged": "Dit herstelpunt is beschadigd; het herstel kan daarom mislukken.",
    "restore-damaged-disk":
      "{damagedBytes} van de schijf, in {ranges, plural, one {# bereik} other {# bereiken}}, is niet leesbaar; het herstel mislukt dan. Maak eerst een back-up van de VM, kies een ander punt, of sla de schade over.",
    "restore-skips-damage":
      "{damagedBytes} van de schijf, in {ranges, plural, one {# bereik} other {# bereiken}}, is niet leesbaar: de nieuwe schijf heeft daar nullen.",
    "restore-skips-unknown":
      "Wat niet leesbaar is, wordt nullen, en de taak somt de bereiken op. Ze zijn nog niet bekend.",
    "restore-readable-disk": "Het herstelpunt is beschadigd, maar van deze schijf is geen schade bekend.",
  },
});
