import { catalog } from "#messages/catalog.ts";

/** Snapshots: their consistency, the guest that takes part, and the base of a delta. */
export const snapshotErrors = catalog({
  en: {
    CONSISTENCY_NOT_REACHED: {
      title: "The required consistency was not reached",
      message: "The snapshot is less consistent than the policy requires.",
      action: "Check the guest agent of the virtual machine, or allow a lower level in the policy.",
      reasons: {
        required: {
          message:
            "The snapshot of {vm} is {reached, select, application {application-consistent} file {file-consistent} other {crash-consistent}}, but the policy requires one that is {wanted, select, application {application-consistent} file {file-consistent} other {crash-consistent}}.",
          action:
            "Check the guest agent, and the VSS writers or the scripts of the virtual machine, or allow the next lower level in the policy.",
        },
        lower: {
          message:
            "The recovery point of {vm} is {reached, select, application {application-consistent} file {file-consistent} other {crash-consistent}} instead of {wanted, select, application {application-consistent} file {file-consistent} other {crash-consistent}}.",
          action:
            "Check the guest agent, and the VSS writers or the scripts of the virtual machine, or allow the next lower level in the policy.",
        },
      },
    },
    EXTENSION_FAILED: {
      title: "The snapshot extension failed",
      message: "The snapshot extension was not installed in the virtual machine.",
      action: "Check the guest agent and the extensions of the virtual machine in Azure.",
      reasons: {
        reported: {
          message: "The snapshot extension was not installed. Azure: {azureMessage}",
          action: "Check the extension's status on the VM's page in Azure.",
        },
        "not-published": {
          message: "Azure does not publish the snapshot extension here: {azureMessage}",
          action: "No action needed if the policy allows a crash-consistent snapshot.",
        },
        "other-installed": {
          message: "The virtual machine has the snapshot extension under another name: {azureMessage}",
          action: "Remove the other one, or keep using its backup product.",
        },
      },
    },
    AGENT_NOT_READY: {
      title: "The guest agent is not ready",
      message: "The Azure guest agent of the virtual machine does not report Ready.",
      action: "Check that the agent is installed and running in the guest.",
      reasons: {
        reported: {
          message: "The guest agent of the virtual machine is not ready. Azure: {azureMessage}",
          action: "Check that the agent runs in the guest and can reach 168.63.129.16.",
        },
        required: {
          message:
            "The policy requires a snapshot of {vm} that is {wanted, select, application {application-consistent} file {file-consistent} other {crash-consistent}}, but the guest cannot take part.",
          action:
            "Check the guest agent, and the VSS writers or the scripts of the virtual machine, or allow the next lower level in the policy.",
        },
        "crash-only": {
          message: "The guest of {vm} could not take part, so only a crash-consistent snapshot is possible.",
          action: "Check the guest agent of the virtual machine.",
        },
      },
    },
    DELTA_BASE_INVALID: {
      title: "The previous snapshot cannot be used",
      message: "The snapshot that the changes are computed from is missing or does not match.",
      action: "The next backup reads the whole disk.",
      reasons: {
        refused: {
          message: "Azure refuses the previous snapshot as a base: {azureMessage}",
          action: "No action needed: this backup reads every allocated block instead.",
        },
        "too-many-ranges": {
          message: "The disk has more changed ranges than Azure can list.",
          action: "No action needed: this backup reads every allocated block instead.",
        },
        "snapshot-missing": {
          message: "The previous snapshot no longer exists.",
          action: "No action needed: this backup reads every allocated block instead.",
        },
        "list-incomplete": {
          message:
            "Azure’s list of changes of disk {disk} was incomplete: {blocks} blocks of 64 KiB were missing, the first at byte {firstOffset}. The recovery point has them.",
          action:
            "Report it to Microsoft with the names of the snapshots. Allow the lists again on the page of the virtual machine when the cause is known.",
        },
      },
    },
  },
  nl: {
    CONSISTENCY_NOT_REACHED: {
      title: "De vereiste consistentie is niet bereikt",
      message: "De momentopname is minder consistent dan het beleid vereist.",
      action: "Controleer de gastagent van de virtuele machine of sta in het beleid een lager niveau toe.",
      reasons: {
        required: {
          message:
            "De momentopname van {vm} is {reached, select, application {toepassingsconsistent} file {bestandsconsistent} other {crashconsistent}}, maar het beleid vereist een momentopname die {wanted, select, application {toepassingsconsistent} file {bestandsconsistent} other {crashconsistent}} is.",
          action:
            "Controleer de gastagent, en de VSS-writers of de scripts van de virtuele machine, of sta in het beleid het eerstvolgende lagere niveau toe.",
        },
        lower: {
          message:
            "Het herstelpunt van {vm} is {reached, select, application {toepassingsconsistent} file {bestandsconsistent} other {crashconsistent}} in plaats van {wanted, select, application {toepassingsconsistent} file {bestandsconsistent} other {crashconsistent}}.",
          action:
            "Controleer de gastagent, en de VSS-writers of de scripts van de virtuele machine, of sta in het beleid het eerstvolgende lagere niveau toe.",
        },
      },
    },
    EXTENSION_FAILED: {
      title: "De momentopname-extensie is mislukt",
      message: "De momentopname-extensie is niet geïnstalleerd in de virtuele machine.",
      action: "Controleer de gastagent en de extensies van de virtuele machine in Azure.",
      reasons: {
        reported: {
          message: "De momentopname-extensie is niet geïnstalleerd. Azure: {azureMessage}",
          action: "Controleer de status van de extensie op de pagina van de virtuele machine in Azure.",
        },
        "not-published": {
          message: "Azure publiceert de momentopname-extensie hier niet: {azureMessage}",
          action: "Geen actie nodig als het beleid een crashconsistente momentopname toestaat.",
        },
        "other-installed": {
          message: "De virtuele machine heeft de momentopname-extensie onder een andere naam: {azureMessage}",
          action: "Verwijder de andere of blijf het back-upproduct ervan gebruiken.",
        },
      },
    },
    AGENT_NOT_READY: {
      title: "De gastagent is niet gereed",
      message: "De Azure-gastagent van de virtuele machine meldt niet de status Gereed.",
      action: "Controleer of de agent in het gastbesturingssysteem is geïnstalleerd en actief is.",
      reasons: {
        reported: {
          message: "De gastagent van de virtuele machine is niet gereed. Azure: {azureMessage}",
          action:
            "Controleer of de agent in het gastbesturingssysteem actief is en 168.63.129.16 kan bereiken.",
        },
        required: {
          message:
            "Het beleid vereist voor {vm} een momentopname die {wanted, select, application {toepassingsconsistent} file {bestandsconsistent} other {crashconsistent}} is, maar het gastbesturingssysteem kan niet meewerken.",
          action:
            "Controleer de gastagent, en de VSS-writers of de scripts van de virtuele machine, of sta in het beleid het eerstvolgende lagere niveau toe.",
        },
        "crash-only": {
          message:
            "Het gastbesturingssysteem van {vm} kon niet meewerken; daarom is alleen een crashconsistente momentopname mogelijk.",
          action: "Controleer de gastagent van de virtuele machine.",
        },
      },
    },
    DELTA_BASE_INVALID: {
      title: "De vorige momentopname is niet bruikbaar",
      message: "De momentopname waaruit de wijzigingen worden bepaald, ontbreekt of komt niet overeen.",
      action: "De volgende back-up leest de hele schijf.",
      reasons: {
        refused: {
          message: "Azure weigert de vorige momentopname als basis: {azureMessage}",
          action: "Geen actie nodig: deze back-up leest elk toegewezen blok.",
        },
        "too-many-ranges": {
          message: "De schijf heeft meer gewijzigde bereiken dan Azure kan vermelden.",
          action: "Geen actie nodig: deze back-up leest elk toegewezen blok.",
        },
        "snapshot-missing": {
          message: "De vorige momentopname bestaat niet meer.",
          action: "Geen actie nodig: deze back-up leest elk toegewezen blok.",
        },
        "list-incomplete": {
          message:
            "De lijst met wijzigingen van Azure voor schijf {disk} was onvolledig: {blocks} blokken van 64 KiB ontbraken, het eerste op byte {firstOffset}. Het herstelpunt bevat ze wel.",
          action:
            "Meld het bij Microsoft met de namen van de momentopnamen. Sta de lijsten weer toe op de pagina van de virtuele machine zodra de oorzaak bekend is.",
        },
      },
    },
  },
});
