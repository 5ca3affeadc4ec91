import { catalog } from "#messages/catalog.ts";

/** The dialogs that assign a policy to a virtual machine and that stop its protection. */
export const protection = catalog({
  en: {
    protect: {
      title: "Protect {name}",
      changeTitle: "Change the policy of {name}",
      policy: "Policy",
      noPolicies: "There is no policy that you can use. Create one first.",
      createPolicy: "Create a policy",
      disks: "Disks to back up",
      diskLabel: "{name} ({key}, {size})",
      happens: "What happens",
      reason: "Reason (another person must approve it, and reads it)",
      happensFirst:
        "The first backup starts immediately and reads every allocated block of the selected disks.",
      happensChange:
        "The next backup follows the new policy. Its retention also applies to the existing recovery points.",
      linux: "If the VM is running, the VMSnapshotLinux extension is installed. Backups are file-consistent.",
      windows:
        "If the VM is running, the VMSnapshot extension is installed. In the guest it adds the Microsoft Visual C++ 2013 Redistributable (x64) 12.0.40660, sets the Volume Shadow Copy service to start automatically, and adds the service IaaSVmProvider.",
      stopped: "The VM is not running. No extension is installed, and the backup is file-consistent.",
      submit: "Protect",
      submitChange: "Change policy",
      done: "{name} is protected",
      changed: "Policy of {name} changed",
    },
    stop: {
      title: "Stop protecting {name}?",
      text: "No more backups run. All recovery points are kept and can be restored. Retention no longer removes any of them. No assignment rule protects the machine again.",
      reason: "Reason (optional, recorded in the audit log)",
      reasonNeeded: "Reason (recorded in the audit log)",
      deletePoints: "Also delete its {points, plural, one {recovery point} other {# recovery points}}",
      deleteText:
        "After another person approves: no more backups run, and all recovery points except pinned ones are deleted. Until then, backups continue. Each can be brought back from its page for the days that its policy sets, 14 unless changed. After that, its data is gone.",
      deleteSubmit: "Request to delete {points, plural, one {# point} other {# points}}",
      deleted:
        "Protection of {name} stopped, {points, plural, =0 {no recovery point} one {# recovery point} other {# recovery points}} deleted",
      submit: "Stop protection",
      keep: "Keep protecting",
      done: "Protection of {name} stopped",
      failed: "Protection was not stopped",
    },
    lists: {
      unused: "Not used yet",
      inUse: "In use",
      off: "Off",
      since: "since <time></time>",
      counts: "{confirmed, number} of {deltas, plural, one {# delta} other {# deltas}} confirmed",
      last: "last <time></time>",
      offTitle: "Azure’s lists of changes are off for {disk}",
      offText:
        "A comparison found {blocks, plural, one {# changed block} other {# changed blocks}} of 64 KiB that Azure’s list did not contain, the first at byte {firstOffset}. The recovery point contains them. Each backup of the disk now compares every allocated block.",
      offAction:
        "Report it to Microsoft with the names of the snapshots. Allow the lists again when the cause is known.",
      offSince: "Off since <time></time>",
      allow: "Allow the lists again",
      allowTitle: "Allow Azure’s lists for {disk} again?",
      allowText:
        "Do this when the cause is known. The next lists of the disk are confirmed by comparison, as those of a new disk.",
      keep: "Keep comparing",
      done: "Azure’s lists are allowed again for {disk}",
      failed: "The lists were not allowed",
      role: "Your role does not allow this.",
    },
  },
  nl: {
    protect: {
      title: "{name} beveiligen",
      changeTitle: "Beleid van {name} wijzigen",
      policy: "Beleid",
      noPolicies: "Er is geen beleid dat u kunt gebruiken. Maak er eerst een.",
      createPolicy: "Beleid maken",
      disks: "Schijven in de back-up",
      diskLabel: "{name} ({key}, {size})",
      happens: "Wat er gebeurt",
      reason: "Reden (een ander moet het goedkeuren en leest die)",
      happensFirst:
        "De eerste back-up start direct en leest elk toegewezen blok van de geselecteerde schijven.",
      happensChange:
        "De volgende back-up volgt het nieuwe beleid. De retentie ervan geldt ook voor de bestaande herstelpunten.",
      linux:
        "Als de VM actief is, wordt de extensie VMSnapshotLinux geïnstalleerd. Back-ups zijn bestandsconsistent.",
      windows:
        "Als de VM actief is, wordt de extensie VMSnapshot geïnstalleerd. Die voegt in het gastbesturingssysteem Microsoft Visual C++ 2013 Redistributable (x64) 12.0.40660 toe, laat de service Volume Shadow Copy automatisch starten en voegt de service IaaSVmProvider toe.",
      stopped:
        "De VM is niet actief. Er wordt geen extensie geïnstalleerd en de back-up is bestandsconsistent.",
      submit: "Beveiligen",
      submitChange: "Beleid wijzigen",
      done: "{name} is beveiligd",
      changed: "Het beleid van {name} is gewijzigd",
    },
    stop: {
      title: "Beveiliging van {name} stoppen?",
      text: "Er worden geen back-ups meer gemaakt. Alle herstelpunten worden bewaard en kunnen worden hersteld. De retentie verwijdert er geen meer. Geen toewijzingsregel beveiligt de machine opnieuw.",
      reason: "Reden (optioneel, wordt vastgelegd in het auditlogboek)",
      reasonNeeded: "Reden (wordt vastgelegd in het auditlogboek)",
      deletePoints: "Ook {points, plural, one {het herstelpunt} other {de # herstelpunten}} verwijderen",
      deleteText:
        "Nadat een ander het goedkeurt: er worden geen back-ups meer gemaakt, en alle herstelpunten behalve vastgezette worden verwijderd. Tot dan gaan de back-ups door. Elk is op zijn pagina terug te halen gedurende het aantal dagen van het beleid, standaard 14. Daarna zijn de gegevens weg.",
      deleteSubmit: "Verwijdering van {points, plural, one {# punt} other {# punten}} aanvragen",
      deleted:
        "De beveiliging van {name} is gestopt, {points, plural, =0 {geen herstelpunt} one {# herstelpunt} other {# herstelpunten}} verwijderd",
      submit: "Beveiliging stoppen",
      keep: "Beveiliging behouden",
      done: "De beveiliging van {name} is gestopt",
      failed: "De beveiliging is niet gestopt",
    },
    lists: {
      unused: "Nog niet gebruikt",
      inUse: "In gebruik",
      off: "Uit",
      since: "sinds <time></time>",
      counts: "{confirmed, number} van {deltas, plural, one {# delta} other {# delta’s}} bevestigd",
      last: "laatst <time></time>",
      offTitle: "De lijsten met wijzigingen van Azure zijn uitgeschakeld voor {disk}",
      offText:
        "Een vergelijking vond {blocks, plural, one {# gewijzigd blok} other {# gewijzigde blokken}} van 64 KiB die niet in de lijst van Azure stonden, het eerste op byte {firstOffset}. Het herstelpunt bevat ze wel. Elke back-up van de schijf vergelijkt nu elk toegewezen blok.",
      offAction:
        "Meld het bij Microsoft met de namen van de momentopnamen. Sta de lijsten weer toe zodra de oorzaak bekend is.",
      offSince: "Uit sinds <time></time>",
      allow: "Lijsten weer toestaan",
      allowTitle: "Lijsten van Azure voor {disk} weer toestaan?",
      allowText:
        "Doe dit als de oorzaak bekend is. De volgende lijsten van de schijf worden door vergelijking gecontroleerd, net als bij een nieuwe schijf.",
      keep: "Blijven vergelijken",
      done: "De lijsten van Azure zijn weer toegestaan voor {disk}",
      failed: "De lijsten zijn niet toegestaan",
      role: "Uw rol staat dit niet toe.",
    },
  },
});
