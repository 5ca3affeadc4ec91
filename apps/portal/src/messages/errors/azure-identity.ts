import { catalog } from "#messages/catalog.ts";

/** Sign-in to Azure, permissions, subscriptions and limits. */
export const azureIdentityErrors = catalog({
  en: {
    AZURE_AUTH_FAILED: {
      title: "Azure did not accept the sign-in",
      message: "The identity of Kluis could not sign in to Azure.",
      action: "The platform owner must check the identity and its credential.",
      reasons: {
        connection: {
          message: "The identity of the connection could not sign in to Azure: {azureMessage}",
          action: "Check the tenant, client ID and credential of the connection against this message.",
        },
        vault: {
          message: "The storage account of the vault ({store}) refuses the credentials.",
          action: "Check the credentials in the settings of the vault.",
        },
        "secret-wrong": {
          message: "The client secret of the connection is wrong. Entra reports: {azureMessage}",
          action: "Enter the value of the client secret, not its ID, in the connection or its secret file.",
        },
        "secret-expired": {
          message: "The client secret of the connection has expired. Entra reports: {azureMessage}",
          action:
            "Create a new client secret for the app registration, and enter it in the connection or its secret file.",
        },
        "app-unknown": {
          message: "Entra does not know the app of the connection. Entra reports: {azureMessage}",
          action: "Check the client ID, and that the app has a service principal in this tenant.",
        },
        "app-disabled": {
          message: "The app of the connection is disabled. Entra reports: {azureMessage}",
          action: "Enable sign-in for the enterprise application in Entra.",
        },
        "tenant-unknown": {
          message: "Entra does not know the tenant of the connection. Entra reports: {azureMessage}",
          action: "Check the tenant ID and the cloud of the connection.",
        },
        "tenant-blocked": {
          message: "The tenant of the connection is blocked. Entra reports: {azureMessage}",
          action: "The administrator of the tenant must reactivate it.",
        },
        "conditional-access": {
          message: "A conditional access policy stops the sign-in. Entra reports: {azureMessage}",
          action: "Allow this workload identity in the conditional access policies of the tenant.",
        },
        consent: {
          message: "The app of the connection has no consent for Azure. Entra reports: {azureMessage}",
          action: "An administrator of the tenant must consent to the app’s access to Azure.",
        },
        clock: {
          message: "The clock of Kluis and that of Entra differ. Entra reports: {azureMessage}",
          action: "Synchronize the clock of the machine that runs Kluis.",
        },
        assertion: {
          message: "Entra refuses the federated token of the connection. Entra reports: {azureMessage}",
          action:
            "Compare issuer, subject and audience of the federated credential with those of the token file.",
        },
        "no-identity": {
          message: "This machine has no managed identity. Azure reports: {azureMessage}",
          action: "Assign a managed identity to the machine that runs Kluis, or set a client secret.",
        },
        "token-refused": {
          message: "Azure refused a fresh token of the connection as well. Azure reports: {azureMessage}",
          action: "Read what Azure reports. The client secret is not the cause.",
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
        linked: {
          message: "The identity of the connection lacks a permission on a linked resource: {azureMessage}",
          action: "Give the identity this permission on the linked resource.",
        },
        policy: {
          message: "An Azure policy forbids this: {azureMessage}",
          action: "Exempt the resources of Kluis from the policy, or meet what it requires.",
        },
        lock: {
          message: "A resource lock forbids this: {azureMessage}",
          action: "Remove the lock, or choose a resource group without a lock.",
        },
        denied: {
          message: "A deny assignment forbids this: {azureMessage}",
          action: "Ask the owner of the managed application or deployment stack.",
        },
        unknown: {
          message: "Azure refuses this with code {azureCode}: {azureMessage}",
          action: "Kluis tries again for some minutes, then gives up.",
        },
      },
    },
  },
  nl: {
    AZURE_AUTH_FAILED: {
      title: "Azure heeft de aanmelding geweigerd",
      message: "De identiteit van Kluis kon zich niet aanmelden bij Azure.",
      action: "De platformeigenaar moet de identiteit en de referenties ervan controleren.",
      reasons: {
        connection: {
          message: "De identiteit van de verbinding kon zich niet aanmelden bij Azure: {azureMessage}",
          action: "Vergelijk de tenant, de client-id en de referenties van de verbinding met deze melding.",
        },
        vault: {
          message: "Het opslagaccount van de kluis ({store}) weigert de referenties.",
          action: "Controleer de referenties in de instellingen van de kluis.",
        },
        "secret-wrong": {
          message: "Het clientgeheim van de verbinding is onjuist. Entra meldt: {azureMessage}",
          action:
            "Voer de waarde van het clientgeheim in (niet de id ervan), in de verbinding of het geheimbestand daarvan.",
        },
        "secret-expired": {
          message: "Het clientgeheim van de verbinding is verlopen. Entra meldt: {azureMessage}",
          action:
            "Maak een nieuw clientgeheim voor de app-registratie en voer het in bij de verbinding of in het geheimbestand daarvan.",
        },
        "app-unknown": {
          message: "Entra kent de app van de verbinding niet. Entra meldt: {azureMessage}",
          action: "Controleer de client-id en of de app een service-principal in deze tenant heeft.",
        },
        "app-disabled": {
          message: "De app van de verbinding is uitgeschakeld. Entra meldt: {azureMessage}",
          action: "Schakel aanmelden in voor de bedrijfstoepassing in Entra.",
        },
        "tenant-unknown": {
          message: "Entra kent de tenant van de verbinding niet. Entra meldt: {azureMessage}",
          action: "Controleer de tenant-id en de cloud van de verbinding.",
        },
        "tenant-blocked": {
          message: "De tenant van de verbinding is geblokkeerd. Entra meldt: {azureMessage}",
          action: "De beheerder van de tenant moet deze opnieuw activeren.",
        },
        "conditional-access": {
          message:
            "Een beleid voor voorwaardelijke toegang houdt de aanmelding tegen. Entra meldt: {azureMessage}",
          action:
            "Sta deze workload-identiteit toe in het beleid voor voorwaardelijke toegang van de tenant.",
        },
        consent: {
          message:
            "Voor de app van de verbinding is geen toestemming voor Azure gegeven. Entra meldt: {azureMessage}",
          action: "Een beheerder van de tenant moet toestemming geven voor de toegang van de app tot Azure.",
        },
        clock: {
          message: "De klok van Kluis en die van Entra verschillen. Entra meldt: {azureMessage}",
          action: "Synchroniseer de klok van de machine waarop Kluis draait.",
        },
        assertion: {
          message: "Entra weigert het gefedereerde token van de verbinding. Entra meldt: {azureMessage}",
          action:
            "Vergelijk issuer, subject en audience van de gefedereerde referentie met die van het tokenbestand.",
        },
        "no-identity": {
          message: "Deze machine heeft geen beheerde identiteit. Azure meldt: {azureMessage}",
          action:
            "Wijs een beheerde identiteit toe aan de machine waarop Kluis draait, of stel een clientgeheim in.",
        },
        "token-refused": {
          message: "Azure weigerde ook een nieuw token van de verbinding. Azure meldt: {azureMessage}",
          action: "Lees wat Azure meldt. Het clientgeheim is niet de oorzaak.",
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
        linked: {
          message:
            "De identiteit van de verbinding mist een machtiging op een gekoppelde resource: {azureMessage}",
          action: "Geef de identiteit deze machtiging op de gekoppelde resource.",
        },
        policy: {
          message: "Een Azure-beleid verbiedt dit: {azureMessage}",
          action:
            "Maak een uitzondering op het beleid voor de resources van Kluis of voldoe aan de eisen ervan.",
        },
        lock: {
          message: "Een resourcevergrendeling verbiedt dit: {azureMessage}",
          action: "Verwijder de vergrendeling of kies een resourcegroep zonder vergrendeling.",
        },
        denied: {
          message: "Een weigeringstoewijzing verbiedt dit: {azureMessage}",
          action: "Vraag het de eigenaar van de beheerde toepassing of de implementatiestack.",
        },
        unknown: {
          message: "Azure weigert dit met code {azureCode}: {azureMessage}",
          action: "Kluis probeert het nog enkele minuten en stopt dan.",
        },
      },
    },
  },
});
