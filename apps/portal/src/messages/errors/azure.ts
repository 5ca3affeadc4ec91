import { catalog } from "#messages/catalog.ts";

/** What Azure refuses or fails. */
export const azureErrors = catalog({
  en: {
    AZURE_UNREACHABLE: {
      title: "Azure does not answer",
      message: "The request to Azure failed or took too long.",
      action: "Kluis tries again. Check the network connection to Azure if it persists.",
    },
    AZURE_AUTH_FAILED: {
      title: "Azure did not accept the sign-in",
      message: "The identity of Kluis could not sign in to Azure.",
      action: "The platform owner must check the identity and its secret or certificate.",
    },
    AZURE_FORBIDDEN: {
      title: "Azure does not allow this",
      message: "The identity of Kluis lacks a permission in Azure.",
      action: "Assign the Kluis role on the subscription or resource group.",
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
    },
    AZURE_REJECTED: {
      title: "Azure rejected the request",
      message: "Azure does not accept the request as it is.",
      action: "Read what Azure reports, then correct the resource.",
    },
    AZURE_FAILED: {
      title: "Azure reported an error",
      message: "The operation failed in Azure.",
      action: "Kluis tries again. Check the health of Azure if it persists.",
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
      action: "Kluis probeert het opnieuw. Controleer anders de netwerkverbinding met Azure.",
    },
    AZURE_AUTH_FAILED: {
      title: "Azure heeft de aanmelding geweigerd",
      message: "De identiteit van Kluis kon zich niet aanmelden bij Azure.",
      action: "De platformeigenaar moet de identiteit en het geheim of certificaat controleren.",
    },
    AZURE_FORBIDDEN: {
      title: "Azure staat dit niet toe",
      message: "De identiteit van Kluis mist een machtiging in Azure.",
      action: "Wijs de rol van Kluis toe op het abonnement of de resourcegroep.",
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
    },
    AZURE_REJECTED: {
      title: "Azure heeft de aanvraag geweigerd",
      message: "Azure accepteert de aanvraag zo niet.",
      action: "Lees wat Azure meldt en corrigeer de resource.",
    },
    AZURE_FAILED: {
      title: "Azure heeft een fout gemeld",
      message: "De bewerking is mislukt in Azure.",
      action: "Kluis probeert het opnieuw. Controleer anders de status van Azure.",
    },
    AZURE_SAS_EXPIRED: {
      title: "De toegang tot de schijf is verlopen",
      message: "De tijdelijke lees- of schrijftoegang tot een schijf of momentopname is verlopen.",
      action: "Kluis vraagt nieuwe toegang aan en gaat verder.",
    },
  },
});
