import type { NoticeCode } from "@kluis/domain";
import type { Catalog } from "#messages/catalog.ts";
import { captureNotices } from "#messages/notices-capture.ts";
import { policyNotices } from "#messages/notices-policies.ts";
import { restoreNotices } from "#messages/notices-restore.ts";
import { scriptNotices } from "#messages/notices-scripts.ts";
import { transferNotices } from "#messages/notices-transfer.ts";
import { vaultNotices } from "#messages/notices-vault.ts";

/**
 * Sentences that the server composes, by notice code; a code without its texts does not compile. Parameters arrive
 * formatted by their names: `…Bytes`, `…At`, `…Ms` and `…Seconds` as text, other numbers as numbers.
 */
export const notices: Catalog<Readonly<Record<NoticeCode, string>>> = {
  en: {
    ...captureNotices.en,
    ...policyNotices.en,
    ...restoreNotices.en,
    ...scriptNotices.en,
    ...transferNotices.en,
    ...vaultNotices.en,
    "backup-prepared":
      "{vm} is {powerState, select, running {running} starting {starting} stopping {stopping} stopped {stopped} deallocating {deallocating} deallocated {deallocated} other {in an unknown power state}}; {disks, plural, one {# disk} other {# disks}} to back up.",
    "extension-not-needed-crash": "The policy requests crash-consistent snapshots, which need no extension.",
    "extension-not-needed-stopped": "The VM is not running, so no extension is installed.",
    "extension-installing": "Azure is installing {extension} in the VM.",
    "extension-installed": "{extension} is installed in the VM.",
    "guest-reading": "Reading what changed in the guest.",
    "snapshot-creating": "Azure is creating the snapshot.",
    "snapshot-copying": "Azure is making the snapshot readable ({percent} %).",
    "snapshot-created":
      "Snapshot created, {consistency, select, application {application-consistent} file {file-consistent} other {crash-consistent}}.",
    "read-access-opened":
      "Read access to {disks, plural, one {# disk} other {# disks}} of the snapshot is open.",
    "manifest-written": "The manifest is stored in the vault.",
    "snapshot-removing": "Azure is removing the snapshot.",
    "snapshot-removed": "Snapshot removed.",
    "snapshot-kept": "The snapshot is kept for instant restore until {keptUntilAt}.",
    "snapshot-removal-failed": "The snapshot was not removed ({errorCode}): {errorMessage}",
    "point-created":
      "Recovery point created, {consistency, select, application {application-consistent} file {file-consistent} other {crash-consistent}}.",
    "disk-excluded": "The disk is excluded from protection.",
    "disk-ephemeral": "An ephemeral OS disk has no snapshots; redeploy the VM instead.",
    "disk-unmanaged": "Only managed disks have snapshots; convert the disk.",
    "disk-missing": "The disk no longer exists in Azure.",
    "disk-shared": "Azure restore points exclude disks that several VMs can attach.",
    "disk-no-export": "The disk’s network access policy denies every export; allow private or public access.",
    "disk-sector-size": "Azure exports disks with 4096-byte sectors as VHDX, which Kluis cannot read yet.",
    "disk-ultra-crash-consistent":
      "Crash-consistent Azure restore points exclude Ultra and Premium SSD v2 disks.",
    "disk-write-accelerated-crash-consistent":
      "Crash-consistent Azure restore points exclude write-accelerated disks.",
    "disk-public-access-disabled":
      "Public network access to the disk is disabled and it has no private access.",
    "disk-entra-authorized":
      "The disk requires a sign-in to Microsoft Entra beside the access URL, which Kluis does not send.",
    "disk-not-readable": "Kluis may not read this disk: the role of its identity does not reach it.",
    "disk-too-large": "The disk is larger than 32 TiB, the largest upload that Azure accepts.",
    "guest-not-running":
      "The VM was {powerState, select, running {running} starting {starting} stopping {stopping} stopped {stopped} deallocating {deallocating} deallocated {deallocated} other {in an unknown power state}}, so its guest did not take part in the snapshot.",
    "guest-agent-not-ready": "The guest agent was not ready, so the guest did not take part in the snapshot.",
    "guest-agent-failed": "The guest agent did not complete the snapshot. Azure: {azureMessage}",
    "guest-extension-failed": "The snapshot extension did not work in the guest. Azure: {azureMessage}",
    "azure-crash-only": "Azure created only a crash-consistent snapshot.",
    "vss-writer-failed":
      "A VSS writer did not take part, so Azure created a file-consistent snapshot. Azure tries application consistency again after three more snapshots.",
    "guest-scripts-failed": "The guest's scripts did not take part in the snapshot.",
    "delta-disk-replaced": "The disk was replaced since the previous recovery point.",
    "delta-disk-resized": "The disk was resized since the previous recovery point.",
    "delta-snapshot-missing": "The previous recovery point has no snapshot to compare with.",
    "delta-snapshot-other-disk": "The kept snapshot is of another disk.",
    "delta-snapshot-other-chain": "The kept snapshot belongs to another chain of snapshots.",
    "delta-snapshot-origin-unknown":
      "Azure does not report which disk and chain the kept snapshot belongs to.",
    "delta-snapshot-unreadable": "The kept snapshot cannot be read. Azure: {azureMessage}",
    "delta-ranges-refused": "Azure did not list the changed ranges. Azure: {azureMessage}",
    "delta-confirming": "Every allocated block is compared, to confirm Azure’s list of changes.",
    "delta-lists-turned-off":
      "Azure’s list of changes was wrong for this disk before, so every allocated block is compared.",
    "changed-ranges-wrong":
      "Azure’s list of changes of disk {disk} omitted {blocks, plural, one {# block} other {# blocks}} of 64 KiB, the first at byte {firstOffset}. The recovery point has them. The lists are turned off for this disk until a person allows them again.",
    "disk-creating": "Azure is creating the disk.",
    "disk-created": "The disk is created.",
    "write-access-opened": "Write access to the disk is open.",
    "disk-checking": "Azure is checking the disk.",
    "disk-restored": "Disk {disk} is ready to use.",
    "disk-restored-in-part":
      "Disk {disk} is ready, without {missingBytes} in {ranges, plural, one {# range} other {# ranges}} that could not be read: they are zeros.",
    "point-intact":
      "The recovery point is intact; {checkedBytes} checked ({mode, select, full {full} sampled {sampled} other {quick}}).",
    "point-damaged":
      "The recovery point is damaged: {problems, plural, one {# problem} other {# problems}} found, first: {problem} {checkedBytes} checked ({mode, select, full {full} sampled {sampled} other {quick}}).",
    "kept-snapshot-removing": "Azure is removing the kept snapshot.",
    "point-deleted": "The recovery point is deleted.",
    "point-already-deleted": "The recovery point was already deleted.",
    "step-done": "Done.",
    "step-not-needed": "Not needed.",
    "step-parked": "Waiting for the end of an outage ({errorCode}): {errorMessage}",
    "step-retrying": "Trying again after an error ({errorCode}): {errorMessage}",
    "step-failed": "Failed ({errorCode}): {errorMessage}",
    "step-canceled": "Stopped: the job was canceled.",
    "step-not-reached-failed": "Not reached: the job failed.",
    "step-not-reached-canceled": "Not reached: the job was canceled.",
    "occurrence-missed": "This backup was missed. A later backup replaces it.",
    "occurrence-skipped": "The previous backup of this virtual machine had not ended.",
    "occurrence-late": "Started late: no engine was running at the scheduled time.",
    "occurrence-connection-disabled": "Connection {connection} is disabled, so no backup started.",
    "occurrence-not-connected":
      "No connection to Azure reads the subscription of this virtual machine, so no backup started.",
    "azure-healthy": "Azure responds.",
    "vault-healthy": "{vault} responds.",
    "vault-blob-healthy": "Blob container {container} of {account} responds.",
    "vault-folder-healthy": "Folder {folder} responds.",
    "clocks-agree": "The clocks of engine, database and Azure agree.",
    "clocks-differ": "The clock of {host} differs from the others by more than {minutes, number} minutes.",
    "scheduler-healthy": "The scheduler runs every 30 seconds.",
    "work-healthy": "The last run succeeded: {done, plural, one {# item} other {# items}}.",
    "work-overdue":
      "No run has succeeded for {minutes, plural, one {# minute} other {# minutes}}; the limit is {limit}.",
    "work-failing":
      "{work, select, schedule {Scheduled backups} discovery {Reading of VMs from Azure} retention {Retention} history {Removal of old history} reconcile {Removal of snapshots and access in Azure} sweep {Search for leftovers in Azure} collection {Cleaning of the vaults} anchor {Signing of the ledger} other {Work of the engine}}: {failed, plural, one {# item} other {# items}} failed.",
    "azure-degraded": "Some subscriptions cannot be read. A platform owner sees the reason under Settings.",
    "work-degraded": "Some work of the engine fails. A platform owner sees the reason under Settings.",
    "vm-failing": "The last backup failed.",
    "vm-at-risk": "No recovery point is as recent as the policy requires.",
    "vm-unprotected": "No policy. Not backed up.",
    "vm-waiting": "Protected. The first backup has not finished yet.",
    "vm-points-deleted": "Protected. All recovery points were deleted; the next backup creates a new one.",
    "vm-protected": "The last backup meets the policy.",
    "vm-stopped": "Protection is stopped. The recovery points are kept.",
    "vm-deleted": "No longer in Azure. The recovery points stay until they expire.",
    "retention-kept": "Kept.",
    "retention-kept-damaged": "Kept: damaged, and older good points are still kept.",
    "retention-removed": "Removed: no tier keeps it anymore.",
    "retention-removed-damaged": "Removed: damaged, and older than every point that is kept.",
    "health-ok": "OK.",
    "health-failed": "Failed. Sign in and open Settings for the reason.",
    "health-database-ok": "PostgreSQL responds.",
    "health-database-failed": "The database cannot be read.",
    "health-unknown": "Unknown while the database is unreachable.",
    "health-engines-ok": "{engines, plural, one {# engine connected.} other {# engines connected.}}",
    "health-no-engine": "No engine is running.",
    "health-engines-silent": "No engine has sent a heartbeat recently.",
    "health-not-checked": "The engine has not checked it yet.",
    "health-check-outdated": "The engine has not checked it recently.",
    "removal-stuck":
      "{count, plural, one {Azure refuses to remove a resource of Kluis that nothing needs any more: {resource}.} other {Azure refuses to remove # resources of Kluis that nothing needs any more, first {resource}.}}",
    "health-attention": "{count, plural, one {# matter needs attention.} other {# matters need attention.}}",
    "ledger-edited": "Event {seq, number} was changed after it was written.",
    "ledger-missing": "Event {seq, number} is missing.",
    "ledger-reordered": "Event {seq, number} is out of order.",
    "ledger-broken": "Event {seq, number} does not follow the event before it: one of them was replaced.",
    "ledger-truncated": "Event {seq, number} was signed and is missing: the ledger was cut off.",
    "ledger-rewritten": "Event {seq, number} differs from the event that was signed.",
    "ledger-unanchored":
      "No anchor proves event {seq, number} or a later one: a rewritten or shortened ledger would look the same. Check that an engine runs with KLUIS_LEDGER_KEY_FILE, and that no anchor was removed.",
    "ledger-copies-unread":
      "Not all copies of the anchors in the vault could be read ({code}): events that were removed or rewritten together with the database''s own anchors may stay undetected.",
  },
  nl: {
    ...captureNotices.nl,
    ...policyNotices.nl,
    ...restoreNotices.nl,
    ...scriptNotices.nl,
    ...transferNotices.nl,
    ...vaultNotices.nl,
    "backup-prepared":
      "{vm}: {powerState, select, running {actief} starting {wordt gestart} stopping {wordt gestopt} stopped {gestopt} deallocating {toewijzing wordt ongedaan gemaakt} deallocated {toewijzing ongedaan gemaakt} other {energiestatus onbekend}}; {disks, plural, one {# schijf} other {# schijven}} voor de back-up.",
    "extension-not-needed-crash":
      "Het beleid vraagt crashconsistente momentopnamen; daarvoor is geen extensie nodig.",
    "extension-not-needed-stopped":
      "De virtuele machine is niet actief, dus er wordt geen extensie geïnstalleerd.",
    "extension-installing": "Azure installeert {extension} in de virtuele machine.",
    "extension-installed": "{extension} is geïnstalleerd in de virtuele machine.",
    "guest-reading": "De wijzigingen in het gastbesturingssysteem worden gelezen.",
    "snapshot-creating": "Azure maakt de momentopname.",
    "snapshot-copying": "Azure maakt de momentopname leesbaar ({percent} %).",
    "snapshot-created":
      "Momentopname gemaakt, {consistency, select, application {toepassingsconsistent} file {bestandsconsistent} other {crashconsistent}}.",
    "read-access-opened":
      "Leestoegang tot {disks, plural, one {# schijf} other {# schijven}} van de momentopname is geopend.",
    "manifest-written": "Het manifest is opgeslagen in de kluis.",
    "snapshot-removing": "Azure verwijdert de momentopname.",
    "snapshot-removed": "Momentopname verwijderd.",
    "snapshot-kept": "De momentopname blijft tot {keptUntilAt} bewaard voor direct herstel.",
    "snapshot-removal-failed": "De momentopname is niet verwijderd ({errorCode}): {errorMessage}",
    "point-created":
      "Herstelpunt gemaakt, {consistency, select, application {toepassingsconsistent} file {bestandsconsistent} other {crashconsistent}}.",
    "disk-excluded": "De schijf is uitgesloten van beveiliging.",
    "disk-ephemeral":
      "Een tijdelijke besturingssysteemschijf heeft geen momentopnamen; implementeer de virtuele machine opnieuw.",
    "disk-unmanaged": "Alleen beheerde schijven hebben momentopnamen; converteer de schijf.",
    "disk-missing": "De schijf bestaat niet meer in Azure.",
    "disk-shared":
      "Azure-herstelpunten slaan schijven over die aan meerdere virtuele machines kunnen worden gekoppeld.",
    "disk-no-export":
      "Het netwerktoegangsbeleid van de schijf weigert elke export; sta privé- of openbare toegang toe.",
    "disk-sector-size":
      "Azure exporteert schijven met sectoren van 4096 bytes als VHDX; die indeling kan Kluis nog niet lezen.",
    "disk-ultra-crash-consistent":
      "Crashconsistente Azure-herstelpunten slaan Ultra- en Premium SSD v2-schijven over.",
    "disk-write-accelerated-crash-consistent":
      "Crashconsistente Azure-herstelpunten slaan schijven met schrijfversnelling over.",
    "disk-public-access-disabled":
      "Openbare netwerktoegang tot de schijf is uitgeschakeld en er is geen privétoegang.",
    "disk-entra-authorized":
      "De schijf vereist naast de toegangs-URL een aanmelding bij Microsoft Entra, die Kluis niet meestuurt.",
    "disk-not-readable":
      "Kluis mag deze schijf niet lezen: de rol van de identiteit reikt niet tot deze schijf.",
    "disk-too-large": "De schijf is groter dan 32 TiB, de grootste upload die Azure accepteert.",
    "guest-not-running":
      "De energiestatus van de virtuele machine was “{powerState, select, running {actief} starting {wordt gestart} stopping {wordt gestopt} stopped {gestopt} deallocating {toewijzing wordt ongedaan gemaakt} deallocated {toewijzing ongedaan gemaakt} other {onbekend}}”, dus het gastbesturingssysteem heeft niet meegewerkt aan de momentopname.",
    "guest-agent-not-ready":
      "De gastagent was niet gereed, dus het gastbesturingssysteem heeft niet meegewerkt aan de momentopname.",
    "guest-agent-failed": "De gastagent heeft de momentopname niet voltooid. Azure: {azureMessage}",
    "guest-extension-failed":
      "De momentopname-extensie werkte niet in het gastbesturingssysteem. Azure: {azureMessage}",
    "azure-crash-only": "Azure heeft alleen een crashconsistente momentopname gemaakt.",
    "vss-writer-failed":
      "Een VSS-writer heeft niet meegewerkt; daarom heeft Azure een bestandsconsistente momentopname gemaakt. Na nog drie momentopnamen probeert Azure toepassingsconsistentie opnieuw.",
    "guest-scripts-failed":
      "De scripts in het gastbesturingssysteem hebben niet meegewerkt aan de momentopname.",
    "delta-disk-replaced": "De schijf is vervangen sinds het vorige herstelpunt.",
    "delta-disk-resized": "De grootte van de schijf is gewijzigd sinds het vorige herstelpunt.",
    "delta-snapshot-missing": "Het vorige herstelpunt heeft geen momentopname om mee te vergelijken.",
    "delta-snapshot-other-disk": "De bewaarde momentopname is van een andere schijf.",
    "delta-snapshot-other-chain": "De bewaarde momentopname hoort bij een andere reeks momentopnamen.",
    "delta-snapshot-origin-unknown":
      "Azure meldt niet bij welke schijf en reeks de bewaarde momentopname hoort.",
    "delta-snapshot-unreadable": "De bewaarde momentopname is niet leesbaar. Azure: {azureMessage}",
    "delta-ranges-refused": "Azure heeft de gewijzigde bereiken niet geleverd. Azure: {azureMessage}",
    "delta-confirming":
      "Elk toegewezen blok wordt vergeleken, om de lijst met wijzigingen van Azure te controleren.",
    "delta-lists-turned-off":
      "De lijst met wijzigingen van Azure was eerder fout voor deze schijf; daarom wordt elk toegewezen blok vergeleken.",
    "changed-ranges-wrong":
      "In de lijst met wijzigingen van Azure voor schijf {disk} {blocks, plural, one {ontbrak # blok} other {ontbraken # blokken}} van 64 KiB, het eerste op byte {firstOffset}. Het herstelpunt bevat ze wel. De lijsten zijn voor deze schijf uitgeschakeld totdat iemand ze weer toestaat.",
    "disk-creating": "Azure maakt de schijf.",
    "disk-created": "De schijf is gemaakt.",
    "write-access-opened": "Schrijftoegang tot de schijf is geopend.",
    "disk-checking": "Azure controleert de schijf.",
    "disk-restored": "Schijf {disk} is klaar voor gebruik.",
    "disk-restored-in-part":
      "Schijf {disk} is klaar, zonder {missingBytes} in {ranges, plural, one {# bereik} other {# bereiken}} die niet leesbaar waren: daar staan nullen.",
    "point-intact":
      "Het herstelpunt is intact; {checkedBytes} gecontroleerd ({mode, select, full {volledig} sampled {steekproef} other {snel}}).",
    "point-damaged":
      "Het herstelpunt is beschadigd: {problems, plural, one {# probleem} other {# problemen}} gevonden, het eerste: {problem} {checkedBytes} gecontroleerd ({mode, select, full {volledig} sampled {steekproef} other {snel}}).",
    "kept-snapshot-removing": "Azure verwijdert de bewaarde momentopname.",
    "point-deleted": "Het herstelpunt is verwijderd.",
    "point-already-deleted": "Het herstelpunt was al verwijderd.",
    "step-done": "Gereed.",
    "step-not-needed": "Niet nodig.",
    "step-parked": "Wacht op het einde van een storing ({errorCode}): {errorMessage}",
    "step-retrying": "Nieuwe poging na een fout ({errorCode}): {errorMessage}",
    "step-failed": "Mislukt ({errorCode}): {errorMessage}",
    "step-canceled": "Gestopt: de taak is geannuleerd.",
    "step-not-reached-failed": "Niet bereikt: de taak is mislukt.",
    "step-not-reached-canceled": "Niet bereikt: de taak is geannuleerd.",
    "occurrence-missed": "Deze back-up is gemist. Een latere back-up vervangt deze.",
    "occurrence-skipped": "De vorige back-up van deze virtuele machine was nog niet beëindigd.",
    "occurrence-late": "Later gestart: op het geplande tijdstip was geen engine actief.",
    "occurrence-connection-disabled":
      "Verbinding {connection} is uitgeschakeld, dus er is geen back-up gestart.",
    "occurrence-not-connected":
      "Geen enkele verbinding met Azure leest het abonnement van deze virtuele machine, dus er is geen back-up gestart.",
    "azure-healthy": "Azure reageert.",
    "vault-healthy": "{vault} reageert.",
    "vault-blob-healthy": "Blobcontainer {container} van {account} reageert.",
    "vault-folder-healthy": "Map {folder} reageert.",
    "clocks-agree": "De klokken van engine, database en Azure lopen gelijk.",
    "clocks-differ": "De klok van {host} wijkt meer dan {minutes, number} minuten af van de andere.",
    "scheduler-healthy": "De planner werkt elke 30 seconden.",
    "work-healthy": "De laatste ronde is gelukt: {done, plural, one {# onderdeel} other {# onderdelen}}.",
    "work-overdue":
      "Al {minutes, plural, one {# minuut} other {# minuten}} is geen ronde gelukt; de grens is {limit}.",
    "work-failing":
      "{work, select, schedule {Geplande back-ups} discovery {Uitlezen van VM’s uit Azure} retention {Retentie} history {Verwijderen van oude historie} reconcile {Verwijderen van momentopnamen en toegang in Azure} sweep {Zoeken naar restanten in Azure} collection {Opruimen van de kluizen} anchor {Ondertekenen van het auditlogboek} other {Werk van de engine}}: {failed, plural, one {# onderdeel is mislukt} other {# onderdelen zijn mislukt}}.",
    "azure-degraded":
      "Sommige abonnementen kunnen niet worden gelezen. Een platformeigenaar ziet de reden onder Instellingen.",
    "work-degraded":
      "Een deel van het werk van de engine mislukt. Een platformeigenaar ziet de reden bij Instellingen.",
    "vm-failing": "De laatste back-up is mislukt.",
    "vm-at-risk": "Er is geen herstelpunt dat zo recent is als het beleid vereist.",
    "vm-unprotected": "Geen beleid. Er wordt geen back-up gemaakt.",
    "vm-waiting": "Beveiligd. De eerste back-up is nog niet voltooid.",
    "vm-points-deleted":
      "Beveiligd. Alle herstelpunten zijn verwijderd; de volgende back-up maakt een nieuw herstelpunt.",
    "vm-protected": "De laatste back-up voldoet aan het beleid.",
    "vm-stopped": "De beveiliging is gestopt. De herstelpunten blijven bewaard.",
    "vm-deleted": "Niet meer in Azure. De herstelpunten blijven tot ze verlopen.",
    "retention-kept": "Blijft bewaard.",
    "retention-kept-damaged":
      "Blijft bewaard: beschadigd, en oudere goede herstelpunten blijven ook bewaard.",
    "retention-removed": "Wordt verwijderd: geen niveau bewaart het nog.",
    "retention-removed-damaged":
      "Wordt verwijderd: beschadigd, en ouder dan elk herstelpunt dat bewaard blijft.",
    "health-ok": "OK.",
    "health-failed": "Mislukt. Meld u aan en open Instellingen voor de reden.",
    "health-database-ok": "PostgreSQL reageert.",
    "health-database-failed": "De database kan niet worden gelezen.",
    "health-unknown": "Onbekend zolang de database niet bereikbaar is.",
    "health-engines-ok": "{engines, plural, one {# engine verbonden.} other {# engines verbonden.}}",
    "health-no-engine": "Er is geen engine actief.",
    "health-engines-silent": "Geen engine heeft onlangs een heartbeat gestuurd.",
    "health-not-checked": "De engine heeft dit nog niet gecontroleerd.",
    "health-check-outdated": "De engine heeft dit onlangs niet gecontroleerd.",
    "removal-stuck":
      "{count, plural, one {Azure weigert een resource van Kluis te verwijderen die niet meer nodig is: {resource}.} other {Azure weigert # resources van Kluis te verwijderen die niet meer nodig zijn, als eerste {resource}.}}",
    "health-attention": "{count, plural, one {# zaak vereist aandacht.} other {# zaken vereisen aandacht.}}",
    "ledger-edited": "Gebeurtenis {seq, number} is gewijzigd nadat deze was vastgelegd.",
    "ledger-missing": "Gebeurtenis {seq, number} ontbreekt.",
    "ledger-reordered": "Gebeurtenis {seq, number} staat niet op volgorde.",
    "ledger-broken": "Gebeurtenis {seq, number} volgt niet op de vorige: een van beide is vervangen.",
    "ledger-truncated":
      "Gebeurtenis {seq, number} was ondertekend en ontbreekt: het auditlogboek is afgekapt.",
    "ledger-rewritten": "Gebeurtenis {seq, number} wijkt af van de gebeurtenis die was ondertekend.",
    "ledger-unanchored":
      "Geen anker bewijst gebeurtenis {seq, number} of een latere: een herschreven of ingekort auditlogboek zou er net zo uitzien. Controleer of een engine draait met KLUIS_LEDGER_KEY_FILE, en of er geen anker is verwijderd.",
    "ledger-copies-unread":
      "Niet alle kopieën van de ankers in de kluis konden worden gelezen ({code}): gebeurtenissen die samen met de ankers in de database zijn verwijderd of herschreven, worden mogelijk niet ontdekt.",
  },
};
