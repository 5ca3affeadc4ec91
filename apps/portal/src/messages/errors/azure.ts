import { catalog } from "#messages/catalog.ts";

/** What Azure refuses or fails. */
export const azureErrors = catalog({
  en: {
    AZURE_UNREACHABLE: {
      title: "Azure does not respond",
      message: "The request to Azure failed or took too long.",
      action: "Kluis tries again. If it persists, check the network connection to Azure.",
    },
    AZURE_AUTH_FAILED: {
      title: "Azure did not accept the sign-in",
      message: "The identity of Kluis could not sign in to Azure.",
      action: "The platform owner must check the identity and its client secret or certificate.",
      reasons: {
        connection: {
          message: "The identity of the connection could not sign in to Azure: {azureMessage}",
          action: "Check the tenant, client ID and client secret of the connection.",
        },
        vault: {
          message: "The storage account of the vault ({store}) refuses the credentials.",
          action: "Check the credentials in the settings of the vault.",
        },
      },
    },
    AZURE_FORBIDDEN: {
      title: "Azure does not allow this",
      message: "The identity of Kluis lacks a permission in Azure.",
      action: "Assign the Kluis role on the subscription or resource group.",
      reasons: {
        connection: {
          message: "The identity of the connection lacks a permission in Azure: {azureMessage}",
          action: "Assign the Kluis role on the subscription or resource group.",
        },
        vault: {
          message: "The identity of Kluis may not use the storage of the vault ({store}).",
          action: "Assign the role Storage Blob Data Contributor on the storage account.",
        },
      },
    },
    AZURE_NOT_FOUND: {
      title: "Not found in Azure",
      message: "The resource no longer exists in Azure.",
      action: "Refresh the list from Azure.",
    },
    AZURE_CONFLICT: {
      title: "Azure is busy with this resource",
      message: "Another operation on the resource is still running in Azure.",
      action: "Kluis tries again.",
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
    AZURE_REJECTED: {
      title: "Azure rejected the request",
      message: "Azure does not accept the request as it is.",
      action: "Read what Azure reports, then correct the resource.",
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
    AZURE_AUTH_FAILED: {
      title: "Azure heeft de aanmelding geweigerd",
      message: "De identiteit van Kluis kon zich niet aanmelden bij Azure.",
      action: "De platformeigenaar moet de identiteit en het clientgeheim of certificaat ervan controleren.",
      reasons: {
        connection: {
          message: "De identiteit van de verbinding kon zich niet aanmelden bij Azure: {azureMessage}",
          action: "Controleer de tenant, de client-id en het clientgeheim van de verbinding.",
        },
        vault: {
          message: "Het opslagaccount van de kluis ({store}) weigert de referenties.",
          action: "Controleer de referenties in de instellingen van de kluis.",
        },
      },
    },
    AZURE_FORBIDDEN: {
      title: "Azure staat dit niet toe",
      message: "De identiteit van Kluis mist een machtiging in Azure.",
      action: "Wijs de rol van Kluis toe op het abonnement of de resourcegroep.",
      reasons: {
        connection: {
          message: "De identiteit van de verbinding mist een machtiging in Azure: {azureMessage}",
          action: "Wijs de rol van Kluis toe op het abonnement of de resourcegroep.",
        },
        vault: {
          message: "De identiteit van Kluis mag de opslag van de kluis ({store}) niet gebruiken.",
          action: "Wijs de rol Storage Blob Data Contributor toe op het opslagaccount.",
        },
      },
    },
    AZURE_NOT_FOUND: {
      title: "Niet gevonden in Azure",
      message: "De resource bestaat niet meer in Azure.",
      action: "Vernieuw de lijst vanuit Azure.",
    },
    AZURE_CONFLICT: {
      title: "Azure is bezig met deze resource",
      message: "In Azure is nog een andere bewerking op de resource actief.",
      action: "Kluis probeert het opnieuw.",
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
    AZURE_REJECTED: {
      title: "Azure heeft de aanvraag geweigerd",
      message: "Azure accepteert de aanvraag zo niet.",
      action: "Lees wat Azure meldt en corrigeer de resource.",
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
