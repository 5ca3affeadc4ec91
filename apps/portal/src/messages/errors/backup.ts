import { catalog } from "#messages/catalog.ts";

/** Protection, backup and jobs. */
export const backupErrors = catalog({
  en: {
    VM_NOT_FOUND: {
      title: "Virtual machine not found",
      message: "The virtual machine does not exist, or your role does not allow you to see it.",
      action: "Check the name, or refresh the list from Azure.",
      reasons: {
        unknown: {
          message: "There is no virtual machine {vm} that you can see.",
          action: "Check the name, or refresh the list from Azure.",
        },
        gone: {
          message: "Virtual machine {vm} is no longer in Azure.",
          action: "Restore from its recovery points, which are kept.",
        },
        replaced: {
          message: "Virtual machine {vm} was deleted, and another one now has its name.",
          action: "Protect the new virtual machine.",
        },
      },
    },
    VM_NOT_PROTECTED: {
      title: "The virtual machine is not protected",
      message: "No active policy is assigned to this virtual machine.",
      action: "Protect the virtual machine first.",
      reasons: {
        "no-policy": {
          message: "No active policy is assigned to this virtual machine.",
          action: "Protect the virtual machine first.",
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
      reasons: {
        unknown: {
          message: "There is no recovery point {point} that you can see.",
          action: "Check the list of recovery points.",
        },
        "none-available": {
          message: "Virtual machine {vm} has no available recovery point.",
          action: "Back it up first.",
        },
        "soft-deleted": {
          message: "Recovery point {point} is deleted.",
          action: "Bring it back first, or choose another recovery point.",
        },
        deleting: {
          message: "Recovery point {point} is being deleted.",
          action: "Choose another recovery point.",
        },
        deleted: {
          message: "Recovery point {point} was deleted.",
          action: "Choose another recovery point.",
        },
        gone: {
          message: "The recovery point no longer exists.",
          action: "Choose another recovery point.",
        },
      },
    },
    DISK_NOT_FOUND: {
      title: "Disk not found",
      message: "The disk does not exist.",
      action: "Check the disks of the virtual machine.",
      reasons: {
        "in-vm": {
          message: "Virtual machine {vm} has no disk {disk}.",
          action: "It has these disks: {disks}.",
        },
        "in-point": {
          message: "The recovery point has no disk {disk}.",
          action: "It has these disks: {disks}.",
        },
        "in-azure": {
          message: "Azure does not find any disk of {vm} that would be backed up: {disks}.",
          action: "Check in Azure whether the disks still exist, then start the backup again.",
        },
      },
    },
    DISK_NOT_SUPPORTED: {
      title: "Disk not supported",
      message: "Kluis cannot back up a disk of this kind.",
      action: "Exclude the disk, or change its type in Azure.",
      reasons: {
        "disk-kind": {
          message: "Disk {disk} cannot be backed up: {why}",
          action: "Exclude the disk, or change its type in Azure.",
        },
        "no-disk-left": {
          message: "No disk of {vm} can be backed up: {reasons}",
          action: "Include at least one disk that Kluis can back up.",
        },
        "not-whole-sectors": {
          message: "The size of disk {name} is not a multiple of 512 bytes, so it cannot be a VHD.",
          action: "Download it in the raw format.",
        },
        "not-a-vhd": {
          message: "Azure returned something other than a disk in VHD format.",
          action: "Try again. If it persists, check the disk in Azure.",
        },
        "confidential-vm": {
          message: "{vm} is a confidential VM. Azure does not create restore points of confidential VMs.",
          action: "Back up the data with software inside the VM.",
        },
        "uniform-scale-set": {
          message:
            "{vm} belongs to a scale set with uniform orchestration. Azure does not create restore points of its instances.",
          action: "Use a scale set with flexible orchestration.",
        },
        "size-without-premium-storage": {
          message:
            "The backup of {vm} needs a crash-consistent restore point. Azure does not create one of size {size}, which has no premium storage.",
          action:
            "Stop the VM, get its agent ready, use a policy that requests application consistency, or choose another size.",
        },
      },
    },
    JOB_ALREADY_RUNNING: {
      title: "A job is already running",
      message: "Another job of this virtual machine is running.",
      action: "Wait for it to finish, or cancel it.",
    },
  },
  nl: {
    VM_NOT_FOUND: {
      title: "Virtuele machine niet gevonden",
      message: "De virtuele machine bestaat niet of u hebt er geen toegang toe.",
      action: "Controleer de naam of vernieuw de lijst vanuit Azure.",
      reasons: {
        unknown: {
          message: "Virtuele machine {vm} bestaat niet of u hebt er geen toegang toe.",
          action: "Controleer de naam of vernieuw de lijst vanuit Azure.",
        },
        gone: {
          message: "Virtuele machine {vm} bestaat niet meer in Azure.",
          action: "Herstel vanuit de herstelpunten; die blijven bewaard.",
        },
        replaced: {
          message: "Virtuele machine {vm} is verwijderd; een andere heeft nu dezelfde naam.",
          action: "Beveilig de nieuwe virtuele machine.",
        },
      },
    },
    VM_NOT_PROTECTED: {
      title: "De virtuele machine is niet beveiligd",
      message: "Aan deze virtuele machine is geen actief beleid toegewezen.",
      action: "Beveilig de virtuele machine eerst.",
      reasons: {
        "no-policy": {
          message: "Aan deze virtuele machine is geen actief beleid toegewezen.",
          action: "Beveilig de virtuele machine eerst.",
        },
        "nothing-to-stop": {
          message: "De beveiliging van deze virtuele machine is niet actief en kan dus niet worden gestopt.",
          action: "",
        },
      },
    },
    POLICY_NOT_FOUND: {
      title: "Beleid niet gevonden",
      message: "Het beleid bestaat niet of is niet beschikbaar voor uw team.",
      action: "Bekijk welk beleid beschikbaar is.",
    },
    POINT_NOT_FOUND: {
      title: "Herstelpunt niet gevonden",
      message: "Het herstelpunt bestaat niet of u hebt er geen toegang toe.",
      action: "Controleer de lijst met herstelpunten.",
      reasons: {
        unknown: {
          message: "Herstelpunt {point} bestaat niet of u hebt er geen toegang toe.",
          action: "Controleer de lijst met herstelpunten.",
        },
        "none-available": {
          message: "Virtuele machine {vm} heeft geen beschikbaar herstelpunt.",
          action: "Maak eerst een back-up.",
        },
        "soft-deleted": {
          message: "Herstelpunt {point} is verwijderd.",
          action: "Haal het eerst terug, of kies een ander herstelpunt.",
        },
        deleting: {
          message: "Herstelpunt {point} wordt verwijderd.",
          action: "Kies een ander herstelpunt.",
        },
        deleted: {
          message: "Herstelpunt {point} is verwijderd.",
          action: "Kies een ander herstelpunt.",
        },
        gone: {
          message: "Het herstelpunt bestaat niet meer.",
          action: "Kies een ander herstelpunt.",
        },
      },
    },
    DISK_NOT_FOUND: {
      title: "Schijf niet gevonden",
      message: "Deze schijf bestaat niet.",
      action: "Controleer de schijven van de virtuele machine.",
      reasons: {
        "in-vm": {
          message: "Virtuele machine {vm} heeft geen schijf {disk}.",
          action: "De virtuele machine heeft deze schijven: {disks}.",
        },
        "in-point": {
          message: "Het herstelpunt heeft geen schijf {disk}.",
          action: "Het herstelpunt heeft deze schijven: {disks}.",
        },
        "in-azure": {
          message: "Azure vindt geen enkele schijf van {vm} waarvan een back-up zou worden gemaakt: {disks}.",
          action: "Controleer in Azure of de schijven nog bestaan en start de back-up opnieuw.",
        },
      },
    },
    DISK_NOT_SUPPORTED: {
      title: "Schijf niet ondersteund",
      message: "Kluis kan van dit soort schijf geen back-up maken.",
      action: "Sluit de schijf uit of wijzig het type in Azure.",
      reasons: {
        "disk-kind": {
          message: "Van schijf {disk} kan geen back-up worden gemaakt: {why}",
          action: "Sluit de schijf uit of wijzig het type in Azure.",
        },
        "no-disk-left": {
          message: "Van geen enkele schijf van {vm} kan een back-up worden gemaakt: {reasons}",
          action: "Neem ten minste één schijf op waarvan Kluis een back-up kan maken.",
        },
        "not-whole-sectors": {
          message:
            "De grootte van schijf {name} is geen veelvoud van 512 bytes, dus de schijf kan geen VHD worden.",
          action: "Download de schijf in de indeling raw.",
        },
        "not-a-vhd": {
          message: "Azure heeft iets anders geleverd dan een schijf in VHD-indeling.",
          action: "Probeer het opnieuw. Blijft dit gebeuren, controleer dan de schijf in Azure.",
        },
        "confidential-vm": {
          message: "{vm} is een vertrouwelijke VM. Azure maakt daarvan geen herstelpunten.",
          action: "Maak de back-up met software in de VM zelf.",
        },
        "uniform-scale-set": {
          message:
            "{vm} hoort bij een schaalset met uniforme orchestration. Van zulke instanties maakt Azure geen herstelpunten.",
          action: "Gebruik een schaalset met flexibele orchestration.",
        },
        "size-without-premium-storage": {
          message:
            "De back-up van {vm} heeft een crashconsistent herstelpunt nodig. Azure maakt dat niet van grootte {size}, die geen premium-opslag ondersteunt.",
          action:
            "Stop de VM, zorg dat de agent gereed is, gebruik een beleid dat toepassingsconsistentie vraagt of kies een andere grootte.",
        },
      },
    },
    JOB_ALREADY_RUNNING: {
      title: "Er is al een taak actief",
      message: "Een andere taak van deze virtuele machine is actief.",
      action: "Wacht tot de taak is beëindigd of annuleer deze.",
    },
  },
});
