import { catalog } from "#messages/catalog.ts";

/** Subscriptions, limits and access to the bytes of disks. */
export const azureLimitErrors = catalog({
  en: {
    AZURE_SUBSCRIPTION_UNUSABLE: {
      title: "The subscription cannot be used",
      message: "Azure does not let Kluis work in this subscription.",
      action: "Check the subscription and the connection.",
      reasons: {
        unknown: {
          message: "Azure does not know the subscription, or hides it from this identity: {azureMessage}",
          action: "Check the subscription ID, and that the identity has a role on the subscription.",
        },
        "other-tenant": {
          message: "The subscription belongs to another tenant: {azureMessage}",
          action: "Add a connection for that tenant.",
        },
        disabled: {
          message: "The subscription is disabled, so Azure accepts no changes: {azureMessage}",
          action: "Reactivate the subscription.",
        },
        "not-registered": {
          message: "A resource provider is not registered in the subscription: {azureMessage}",
          action: "Register the resource provider in the subscription.",
        },
        feature: {
          message: "A feature is not registered in the subscription: {azureMessage}",
          action: "Register the feature in the subscription.",
        },
      },
    },
    AZURE_LIMIT_REACHED: {
      title: "A limit of Azure is reached",
      message: "Azure refuses the request because a limit is reached.",
      action: "Raise the limit, or free what is no longer needed.",
      reasons: {
        quota: {
          message: "A quota of the subscription is used up: {azureMessage}",
          action: "Request a higher quota for the subscription and region, or free some of it.",
        },
        size: {
          message: "Azure does not offer this size or disk type here: {azureMessage}",
          action: "Choose another size, disk type, zone or region.",
        },
        capacity: {
          message: "Azure has no capacity at the moment: {azureMessage}",
          action: "Kluis tries again. Another size or zone may have capacity.",
        },
        "restore-points": {
          message: "The virtual machine has the most restore points that Azure allows: {azureMessage}",
          action: "Delete restore points that other products created and no longer need.",
        },
        snapshots: {
          message: "The disk has the most snapshots that Azure allows: {azureMessage}",
          action: "Delete incremental snapshots of the disk that are no longer needed.",
        },
        "open-access": {
          message: "Too many snapshots of the disk are open at once: {azureMessage}",
          action: "Kluis tries again when others have ended.",
        },
      },
    },
    DISK_ACCESS_REFUSED: {
      title: "Azure refuses access to the disk",
      message: "Azure does not let Kluis read or write the bytes of the disk.",
      action: "Check the network access of the disk.",
      reasons: {
        network: {
          message: "Network rules of the disk keep Kluis out: {azureMessage}",
          action: "Let Kluis reach the private endpoint of the disk access, or allow public network access.",
        },
        entra: {
          message: "The disk accepts only users of Entra: {azureMessage}",
          action: "Set the data access authentication mode of the disk to None.",
        },
        permission: {
          message: "The access does not allow this operation: {azureMessage}",
          action: "Start the job again.",
        },
        account: {
          message: "Azure disabled the storage of the disk: {azureMessage}",
          action: "Check the subscription and the disk.",
        },
        "not-renewed": {
          message: "Azure also refuses new access to the disk: {azureMessage}",
          action:
            "Check the data access authentication mode of the disk, and whether someone revokes access to it.",
        },
        unknown: {
          message: "Azure refuses access with code {azureCode}: {azureMessage}",
          action: "Kluis tries again for some minutes, then gives up.",
        },
      },
    },
  },
  nl: {
    AZURE_SUBSCRIPTION_UNUSABLE: {
      title: "Het abonnement is niet bruikbaar",
      message: "Azure laat Kluis niet werken in dit abonnement.",
      action: "Controleer het abonnement en de verbinding.",
      reasons: {
        unknown: {
          message: "Azure kent het abonnement niet of verbergt het voor deze identiteit: {azureMessage}",
          action: "Controleer de abonnements-id en of de identiteit een rol op het abonnement heeft.",
        },
        "other-tenant": {
          message: "Het abonnement hoort bij een andere tenant: {azureMessage}",
          action: "Voeg een verbinding voor die tenant toe.",
        },
        disabled: {
          message: "Het abonnement is uitgeschakeld; Azure accepteert geen wijzigingen: {azureMessage}",
          action: "Activeer het abonnement opnieuw.",
        },
        "not-registered": {
          message: "Een resourceprovider is niet geregistreerd in het abonnement: {azureMessage}",
          action: "Registreer de resourceprovider in het abonnement.",
        },
        feature: {
          message: "Een functie is niet geregistreerd in het abonnement: {azureMessage}",
          action: "Registreer de functie in het abonnement.",
        },
      },
    },
    AZURE_LIMIT_REACHED: {
      title: "Een limiet van Azure is bereikt",
      message: "Azure weigert de aanvraag omdat een limiet is bereikt.",
      action: "Verhoog de limiet of ruim op wat niet meer nodig is.",
      reasons: {
        quota: {
          message: "Een quotum van het abonnement is verbruikt: {azureMessage}",
          action: "Vraag een hoger quotum aan voor het abonnement en de regio, of maak ruimte vrij.",
        },
        size: {
          message: "Azure biedt deze grootte of dit schijftype hier niet aan: {azureMessage}",
          action: "Kies een andere grootte, een ander schijftype, een andere zone of een andere regio.",
        },
        capacity: {
          message: "Azure heeft op dit moment geen capaciteit: {azureMessage}",
          action: "Kluis probeert het opnieuw. Een andere grootte of zone heeft mogelijk wel capaciteit.",
        },
        "restore-points": {
          message: "De virtuele machine heeft het maximale aantal Azure-herstelpunten: {azureMessage}",
          action:
            "Verwijder Azure-herstelpunten die andere producten hebben gemaakt en niet meer nodig hebben.",
        },
        snapshots: {
          message: "De schijf heeft het maximale aantal momentopnamen: {azureMessage}",
          action: "Verwijder incrementele momentopnamen van de schijf die niet meer nodig zijn.",
        },
        "open-access": {
          message: "Er zijn te veel momentopnamen van de schijf tegelijk geopend: {azureMessage}",
          action: "Kluis probeert het opnieuw als andere zijn gesloten.",
        },
      },
    },
    DISK_ACCESS_REFUSED: {
      title: "Azure weigert toegang tot de schijf",
      message: "Azure laat Kluis de bytes van de schijf niet lezen of schrijven.",
      action: "Controleer de netwerktoegang van de schijf.",
      reasons: {
        network: {
          message: "Netwerkregels van de schijf houden Kluis tegen: {azureMessage}",
          action:
            "Zorg dat Kluis het privé-eindpunt van de schijftoegang bereikt of sta openbare netwerktoegang toe.",
        },
        entra: {
          message: "De schijf accepteert alleen gebruikers van Entra: {azureMessage}",
          action: "Zet de verificatiemodus voor gegevenstoegang van de schijf op None.",
        },
        permission: {
          message: "De toegang staat deze bewerking niet toe: {azureMessage}",
          action: "Start de taak opnieuw.",
        },
        account: {
          message: "Azure heeft de opslag van de schijf uitgeschakeld: {azureMessage}",
          action: "Controleer het abonnement en de schijf.",
        },
        "not-renewed": {
          message: "Azure weigert ook nieuwe toegang tot de schijf: {azureMessage}",
          action:
            "Controleer de verificatiemodus voor gegevenstoegang van de schijf en of iemand de toegang intrekt.",
        },
        unknown: {
          message: "Azure weigert toegang met code {azureCode}: {azureMessage}",
          action: "Kluis probeert het nog enkele minuten en stopt dan.",
        },
      },
    },
  },
});
