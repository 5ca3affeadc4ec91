import { catalog } from "#messages/catalog.ts";

/** Notices about transfers, their order and their deadlines; notices.ts joins them with the others. */
export const transferNotices = catalog({
  en: {
    "transfer-planning": "The disks are being planned; {plannedBytes} to read so far.",
    "transfer-planned": "{disks, plural, one {# disk} other {# disks}} planned, {plannedBytes} to read.",
    "transfer-planned-fallback":
      "{disks, plural, one {# disk} other {# disks}} planned, {plannedBytes} to read. The changes of {fallbackDisks, plural, one {# disk} other {# disks}} cannot be listed, so every allocated block is read.",
    "segments-left": "{segments, plural, one {# part} other {# parts}} left.",
    "transfer-finished": "{movedBytes} moved, {readBytes} read.",
    "deadline-at-risk":
      "The backup of {vm} is expected to end at {endsAt}, too late or too close to its deadline at {deadlineAt}.",
    "deadline-unreachable":
      "The backup of {vm} has no expected end before its deadline at {deadlineAt}: no engine runs, or its transfer window does not open long enough.",
    "deadline-passed": "The backup of {vm} has not ended by its deadline at {deadlineAt}.",
    "policy-window-misses":
      "The transfer window does not open before the deadline of {missed} of the next {runs, plural, one {# backup} other {# backups}}. Let it open on more days, or run the policy less often.",
    "policy-window-short":
      "The transfer window is open for only {minutes, plural, one {# minute} other {# minutes}} before the deadline of a backup.",
    "policy-bandwidth-above-vault":
      "The limit of {bandwidth, number} MiB per second is never reached: vault {vault} stores at most {most, number}.",
    "policy-bandwidth-above-engines":
      "The limit of {bandwidth, number} MiB per second is never reached: {engines, plural, one {the engine stores} other {# engines together store}} at most {most, number}.",
    "transfer-starved":
      "{times, plural, one {# snapshot} other {# snapshots}} of {vm} in a row were replaced by newer ones before their transfer, so no recovery point was made.",
    "point-not-recorded":
      "The last backup of {vm} was moved, but its recovery point could not be recorded. Kluis removes what was moved. Start a backup.",
    "deletion-stuck":
      "The deletion of a recovery point of {vm} has begun and cannot end. Kluis tries again automatically.",
    "transfer-parked": "An outage stops the transfer of a snapshot of {vm}.",
    "restore-parked": "An outage stops the restore of a disk of {vm}.",
    "copy-parked": "An outage stops the second copy of a recovery point of {vm}.",
  },
  nl: {
    "transfer-planning": "De schijven worden gepland; tot nu toe {plannedBytes} te lezen.",
    "transfer-planned":
      "{disks, plural, one {# schijf} other {# schijven}} gepland, {plannedBytes} te lezen.",
    "transfer-planned-fallback":
      "{disks, plural, one {# schijf} other {# schijven}} gepland, {plannedBytes} te lezen. De wijzigingen van {fallbackDisks, plural, one {# schijf} other {# schijven}} kunnen niet worden opgevraagd; daarom wordt elk toegewezen blok gelezen.",
    "segments-left": "Nog {segments, plural, one {# deel} other {# delen}}.",
    "transfer-finished": "{movedBytes} overgebracht, {readBytes} gelezen.",
    "deadline-at-risk":
      "De back-up van {vm} is naar verwachting klaar om {endsAt}; dat is te laat of te dicht op de deadline van {deadlineAt}.",
    "deadline-unreachable":
      "De back-up van {vm} heeft geen verwacht einde vóór de deadline van {deadlineAt}: er draait geen engine, of het overdrachtsvenster is niet lang genoeg open.",
    "deadline-passed": "De back-up van {vm} was niet klaar op de deadline van {deadlineAt}.",
    "policy-window-misses":
      "Het overdrachtsvenster gaat bij {missed} van de volgende {runs, plural, one {# back-up} other {# back-ups}} niet open vóór de deadline. Laat het op meer dagen opengaan, of maak minder vaak een back-up.",
    "policy-window-short":
      "Het overdrachtsvenster is maar {minutes, plural, one {# minuut} other {# minuten}} open vóór de deadline van een back-up.",
    "policy-bandwidth-above-vault":
      "De limiet van {bandwidth, number} MiB per seconde wordt nooit bereikt: kluis {vault} slaat hoogstens {most, number} op.",
    "policy-bandwidth-above-engines":
      "De limiet van {bandwidth, number} MiB per seconde wordt nooit bereikt: {engines, plural, one {de engine slaat} other {# engines slaan samen}} hoogstens {most, number} op.",
    "transfer-starved":
      "{times, plural, one {# momentopname} other {# momentopnamen}} van {vm} achter elkaar zijn vóór de overdracht vervangen door nieuwere, dus er is geen herstelpunt gemaakt.",
    "point-not-recorded":
      "De laatste back-up van {vm} is overgebracht, maar het herstelpunt kon niet worden vastgelegd. Kluis verwijdert wat is overgebracht. Start een back-up.",
    "deletion-stuck":
      "Het verwijderen van een herstelpunt van {vm} is begonnen en kan niet worden afgerond. Kluis probeert het automatisch opnieuw.",
    "transfer-parked": "Een storing houdt de overdracht van een momentopname van {vm} tegen.",
    "restore-parked": "Een storing houdt het herstel van een schijf van {vm} tegen.",
    "copy-parked": "Een storing houdt de tweede kopie van een herstelpunt van {vm} tegen.",
  },
});
