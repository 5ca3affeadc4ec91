import { catalog } from "#messages/catalog.ts";

/** No answer, throttling and failures of Azure itself. */
export const azureErrors = catalog({
  en: {
    AZURE_UNREACHABLE: {
      title: "Azure does not respond",
      message: "The request to Azure failed or took too long.",
      action: "Kluis tries again. If it persists, check the network connection to Azure.",
    },
    AZURE_THROTTLED: {
      title: "Azure limits the number of requests",
      message: "Too many requests were sent to Azure.",
      action: "Kluis waits as long as Azure asks, then continues.",
      reasons: {
        connection: {
          message: "Azure received too many requests: {azureMessage}",
          action: "Kluis waits as long as Azure asks, then continues.",
        },
        vault: {
          message: "The storage of the vault ({store}) received too many requests.",
          action: "Kluis slows down, then continues.",
        },
      },
    },
    AZURE_FAILED: {
      title: "Azure reported an error",
      message: "The operation failed in Azure.",
      action: "Kluis tries again. If it persists, check the health of Azure.",
      reasons: {
        reported: {
          message: "Azure reports: {azureMessage}",
          action: "Kluis tries again. If it persists, check the health of Azure.",
        },
        canceled: {
          message: "The operation was canceled in Azure: {azureMessage}",
          action: "Kluis tries again.",
        },
        unknown: {
          message: "Azure reports code {azureCode}: {azureMessage}",
          action: "Kluis tries again for some minutes, then gives up.",
        },
        "restore-point-failed": {
          message: "Azure could not create the restore point.",
          action: "Kluis tries again.",
        },
        "restore-point-lost": {
          message: "The restore point disappeared while Azure created it.",
          action: "Kluis tries again.",
        },
        "restore-point-without-time": {
          message: "Azure does not report when it created the restore point.",
          action: "Kluis tries again.",
        },
        "restore-point-without-disks": {
          message: "Azure created a restore point without disks.",
          action: "Kluis tries again.",
        },
        "restore-point-without-disk": {
          message: "The restore point in Azure does not contain disk {disk}.",
          action: "Kluis tries again.",
        },
        "disk-snapshot-failed": {
          message: "Azure could not create the snapshot of a disk.",
          action: "Kluis tries again.",
        },
        "disk-snapshot-lost": {
          message: "The snapshot of a disk disappeared while Azure created it.",
          action: "Kluis tries again.",
        },
        "disk-snapshot-without-time": {
          message: "Azure does not report when it created the snapshot of a disk.",
          action: "Kluis tries again.",
        },
        "never-ended": {
          message:
            "Azure still reports the operation as in progress after {hours, plural, one {# hour} other {# hours}}.",
          action: "Kluis tries again. If this happens again, ask Azure Support about the resource.",
        },
        "guest-answer": {
          message: "The guest returned no readable list of its services and programs.",
          action: "Check that Run Command works on the virtual machine.",
        },
        "no-access-url": {
          message: "Azure granted access to the disk without a URL.",
          action: "Kluis tries again.",
        },
        "wrong-range": {
          message: "Azure returned another range of the disk than requested.",
          action: "Kluis tries again.",
        },
      },
    },
    AZURE_SAS_EXPIRED: {
      title: "The access to the disk has expired",
      message: "The temporary read or write access to a disk or snapshot expired.",
      action: "Kluis requests new access and continues.",
    },
  },
  nl: {
    AZURE_UNREACHABLE: {
      title: "Azure reageert niet",
      message: "De aanvraag aan Azure is mislukt of duurde te lang.",
      action:
        "Kluis probeert het opnieuw. Blijft dit gebeuren, controleer dan de netwerkverbinding met Azure.",
    },
    AZURE_THROTTLED: {
      title: "Azure beperkt het aantal aanvragen",
      message: "Er zijn te veel aanvragen naar Azure gestuurd.",
      action: "Kluis wacht zo lang als Azure vraagt en gaat dan verder.",
      reasons: {
        connection: {
          message: "Azure heeft te veel aanvragen ontvangen: {azureMessage}",
          action: "Kluis wacht zo lang als Azure vraagt en gaat dan verder.",
        },
        vault: {
          message: "De opslag van de kluis ({store}) heeft te veel aanvragen ontvangen.",
          action: "Kluis vertraagt en gaat dan verder.",
        },
      },
    },
    AZURE_FAILED: {
      title: "Azure heeft een fout gemeld",
      message: "De bewerking is mislukt in Azure.",
      action: "Kluis probeert het opnieuw. Blijft dit gebeuren, controleer dan de status van Azure.",
      reasons: {
        reported: {
          message: "Azure meldt: {azureMessage}",
          action: "Kluis probeert het opnieuw. Blijft dit gebeuren, controleer dan de status van Azure.",
        },
        canceled: {
          message: "De bewerking is geannuleerd in Azure: {azureMessage}",
          action: "Kluis probeert het opnieuw.",
        },
        unknown: {
          message: "Azure meldt code {azureCode}: {azureMessage}",
          action: "Kluis probeert het nog enkele minuten en stopt dan.",
        },
        "restore-point-failed": {
          message: "Het maken van het Azure-herstelpunt is mislukt.",
          action: "Kluis probeert het opnieuw.",
        },
        "restore-point-lost": {
          message: "Het Azure-herstelpunt verdween terwijl het werd gemaakt.",
          action: "Kluis probeert het opnieuw.",
        },
        "restore-point-without-time": {
          message: "Azure meldt het tijdstip van het Azure-herstelpunt niet.",
          action: "Kluis probeert het opnieuw.",
        },
        "restore-point-without-disks": {
          message: "Het Azure-herstelpunt bevat geen schijven.",
          action: "Kluis probeert het opnieuw.",
        },
        "restore-point-without-disk": {
          message: "Het Azure-herstelpunt bevat schijf {disk} niet.",
          action: "Kluis probeert het opnieuw.",
        },
        "disk-snapshot-failed": {
          message: "Azure kon de momentopname van een schijf niet maken.",
          action: "Kluis probeert het opnieuw.",
        },
        "disk-snapshot-lost": {
          message: "De momentopname van een schijf verdween terwijl Azure die maakte.",
          action: "Kluis probeert het opnieuw.",
        },
        "disk-snapshot-without-time": {
          message: "Azure meldt het tijdstip van de momentopname van een schijf niet.",
          action: "Kluis probeert het opnieuw.",
        },
        "never-ended": {
          message:
            "Azure meldt de bewerking na {hours, plural, one {# uur} other {# uur}} nog steeds als bezig.",
          action:
            "Kluis probeert het opnieuw. Gebeurt dit nog eens, vraag Azure Support dan naar de resource.",
        },
        "guest-answer": {
          message: "Het gastbesturingssysteem leverde geen leesbare lijst van services en programma’s.",
          action: "Controleer of Opdracht uitvoeren werkt op de virtuele machine.",
        },
        "no-access-url": {
          message: "Azure gaf toegang tot de schijf zonder URL.",
          action: "Kluis probeert het opnieuw.",
        },
        "wrong-range": {
          message: "Azure leverde een ander bereik van de schijf dan gevraagd.",
          action: "Kluis probeert het opnieuw.",
        },
      },
    },
    AZURE_SAS_EXPIRED: {
      title: "De toegang tot de schijf is verlopen",
      message: "De tijdelijke lees- of schrijftoegang tot een schijf of momentopname is verlopen.",
      action: "Kluis vraagt nieuwe toegang aan en gaat verder.",
    },
  },
});
