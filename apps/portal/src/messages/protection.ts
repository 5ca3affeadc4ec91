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
      text: "No more backups run. All recovery points are kept and can be restored. Retention no longer removes any of them.",
      reason: "Reason (optional, recorded in the audit log)",
      submit: "Stop protection",
      keep: "Keep protecting",
      done: "Protection of {name} stopped",
      failed: "Protection was not stopped",
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
      text: "Er worden geen back-ups meer gemaakt. Alle herstelpunten worden bewaard en kunnen worden hersteld. De retentie verwijdert er geen meer.",
      reason: "Reden (optioneel, wordt vastgelegd in het auditlogboek)",
      submit: "Beveiliging stoppen",
      keep: "Beveiliging behouden",
      done: "De beveiliging van {name} is gestopt",
      failed: "De beveiliging is niet gestopt",
    },
  },
});
