import { catalog } from "#messages/catalog.ts";

/** Protection, backup and jobs. */
export const backupErrors = catalog({
  en: {
    VM_NOT_FOUND: {
      title: "Virtual machine not found",
      message: "The virtual machine does not exist, or your role does not allow you to see it.",
      action: "Check the name, or refresh the list from Azure.",
    },
    VM_NOT_PROTECTED: {
      title: "The virtual machine is not protected",
      message: "No active policy is assigned to this virtual machine.",
      action: "Protect it first.",
      reasons: {
        "no-policy": {
          message: "No active policy is assigned to this virtual machine.",
          action: "Protect it first.",
        },
        "nothing-to-stop": {
          message: "Protection of this virtual machine is not active, so there is nothing to stop.",
          action: "",
        },
      },
    },
    POLICY_NOT_FOUND: {
      title: "Policy not found",
      message: "The policy does not exist, or is not offered to your team.",
      action: "Check the list of policies.",
    },
    POINT_NOT_FOUND: {
      title: "Recovery point not found",
      message: "The recovery point does not exist, or your role does not allow you to see it.",
      action: "Check the list of recovery points.",
    },
    DISK_NOT_FOUND: {
      title: "Disk not found",
      message: "There is no such disk.",
      action: "Check the disks of the virtual machine.",
    },
    DISK_NOT_SUPPORTED: {
      title: "Disk not supported",
      message: "Kluis cannot back up a disk of this kind.",
      action: "Exclude the disk, or change its type in Azure.",
    },
    JOB_ALREADY_RUNNING: {
      title: "A job is already running",
      message: "Another job of this virtual machine is running.",
      action: "Wait for it to finish, or cancel it.",
    },
    JOB_CANCELLED: {
      title: "The job was canceled",
      message: "A user canceled this job.",
      action: "Start it again if it is still needed.",
    },
    CONSISTENCY_NOT_REACHED: {
      title: "The required consistency was not reached",
      message: "The snapshot is less consistent than the policy requires.",
      action: "Check the guest agent of the virtual machine, or allow a lower level in the policy.",
    },
    EXTENSION_FAILED: {
      title: "The snapshot extension failed",
      message: "The snapshot extension was not installed in the virtual machine.",
      action: "Check the guest agent and the extensions of the virtual machine in Azure.",
    },
    AGENT_NOT_READY: {
      title: "The guest agent is not ready",
      message: "The Azure guest agent of the virtual machine does not report Ready.",
      action: "Check that the agent is installed and running in the guest.",
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
      },
    },
  },
  nl: {
    VM_NOT_FOUND: {
      title: "Virtuele machine niet gevonden",
      message: "De virtuele machine bestaat niet of is met deze rol niet te zien.",
      action: "Controleer de naam of vernieuw de lijst vanuit Azure.",
    },
    VM_NOT_PROTECTED: {
      title: "De virtuele machine is niet beveiligd",
      message: "Aan deze virtuele machine is geen actief beleid toegewezen.",
      action: "Beveilig de machine eerst.",
      reasons: {
        "no-policy": {
          message: "Aan deze virtuele machine is geen actief beleid toegewezen.",
          action: "Beveilig de machine eerst.",
        },
        "nothing-to-stop": {
          message: "De beveiliging van deze virtuele machine is niet actief en kan dus niet worden gestopt.",
          action: "",
        },
      },
    },
    POLICY_NOT_FOUND: {
      title: "Beleid niet gevonden",
      message: "Het beleid bestaat niet of is niet beschikbaar voor dit team.",
      action: "Controleer de lijst met beleid.",
    },
    POINT_NOT_FOUND: {
      title: "Herstelpunt niet gevonden",
      message: "Het herstelpunt bestaat niet of is met deze rol niet te zien.",
      action: "Controleer de lijst met herstelpunten.",
    },
    DISK_NOT_FOUND: {
      title: "Schijf niet gevonden",
      message: "Deze schijf bestaat niet.",
      action: "Controleer de schijven van de virtuele machine.",
    },
    DISK_NOT_SUPPORTED: {
      title: "Schijf niet ondersteund",
      message: "Kluis kan van dit soort schijf geen back-up maken.",
      action: "Sluit de schijf uit of wijzig het type in Azure.",
    },
    JOB_ALREADY_RUNNING: {
      title: "Er is al een taak actief",
      message: "Een andere taak van deze virtuele machine is actief.",
      action: "Wacht tot de taak klaar is of annuleer deze.",
    },
    JOB_CANCELLED: {
      title: "De taak is geannuleerd",
      message: "Een gebruiker heeft deze taak geannuleerd.",
      action: "Start de taak opnieuw als die nog nodig is.",
    },
    CONSISTENCY_NOT_REACHED: {
      title: "De vereiste consistentie is niet bereikt",
      message: "De momentopname is minder consistent dan het beleid vereist.",
      action: "Controleer de gastagent van de virtuele machine of sta in het beleid een lager niveau toe.",
    },
    EXTENSION_FAILED: {
      title: "De momentopname-extensie is mislukt",
      message: "De momentopname-extensie is niet geïnstalleerd in de virtuele machine.",
      action: "Controleer de gastagent en de extensies van de virtuele machine in Azure.",
    },
    AGENT_NOT_READY: {
      title: "De gastagent is niet gereed",
      message: "De Azure-gastagent van de virtuele machine meldt niet dat hij gereed is.",
      action: "Controleer of de agent in de gast is geïnstalleerd en actief is.",
    },
    DELTA_BASE_INVALID: {
      title: "De vorige momentopname is niet bruikbaar",
      message: "De momentopname waaruit de wijzigingen worden bepaald, ontbreekt of komt niet overeen.",
      action: "De volgende back-up leest de hele schijf.",
      reasons: {
        refused: {
          message: "Azure weigert de vorige momentopname als basis: {azureMessage}",
          action: "Geen actie nodig: deze back-up leest alle toegewezen blokken.",
        },
        "too-many-ranges": {
          message: "De schijf heeft meer gewijzigde bereiken dan Azure kan vermelden.",
          action: "Geen actie nodig: deze back-up leest alle toegewezen blokken.",
        },
        "snapshot-missing": {
          message: "De vorige momentopname bestaat niet meer.",
          action: "Geen actie nodig: deze back-up leest alle toegewezen blokken.",
        },
      },
    },
  },
});
