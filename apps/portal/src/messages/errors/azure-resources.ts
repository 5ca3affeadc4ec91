import { catalog } from "#messages/catalog.ts";

/** What Azure refuses to do with a resource. */
export const azureResourceErrors = catalog({
  en: {
    AZURE_NOT_FOUND: {
      title: "Not found in Azure",
      message: "The resource no longer exists in Azure.",
      action: "Refresh the list from Azure.",
      reasons: {
        resource: {
          message: "The resource no longer exists in Azure.",
          action: "Refresh the list from Azure.",
        },
        "resource-group": {
          message: "The resource group does not exist: {azureMessage}",
          action: "Create the resource group, or choose another.",
        },
        parent: {
          message: "The resource above it does not exist: {azureMessage}",
          action: "Refresh the list from Azure.",
        },
        operation: {
          message: "Azure no longer knows the operation.",
          action: "No action needed: Kluis reads the resource instead.",
        },
      },
    },
    AZURE_CONFLICT: {
      title: "Azure is busy with this resource",
      message: "Another operation on the resource is still running in Azure.",
      action: "Kluis tries again.",
      reasons: {
        busy: {
          message: "Another operation on the resource is still running in Azure: {azureMessage}",
          action: "Kluis tries again.",
        },
        "restore-point-running": {
          message: "Another restore point of the virtual machine is being created.",
          action: "Kluis tries again.",
        },
        "vm-changed": {
          message: "The virtual machine changed while Azure created the snapshot.",
          action: "Kluis tries again.",
        },
        "being-read": {
          message: "The disk is being read, so Azure refuses the change: {azureMessage}",
          action: "Kluis tries again.",
        },
        "being-deleted": {
          message: "The resource group is being deleted: {azureMessage}",
          action: "Choose another resource group.",
        },
        "vm-running": {
          message: "The disk is attached to a running virtual machine: {azureMessage}",
          action: "Stop the virtual machine, or read a snapshot of the disk.",
        },
        exists: {
          message: "Azure already has a resource with this name: {azureMessage}",
          action: "Choose another name.",
        },
        unknown: {
          message: "Azure refuses this with code {azureCode}: {azureMessage}",
          action: "Kluis tries again for some minutes, then gives up.",
        },
      },
    },
    AZURE_REJECTED: {
      title: "Azure rejected the request",
      message: "Azure does not accept the request as it is.",
      action: "Read what Azure reports, then correct the resource.",
      reasons: {
        request: {
          message: "Azure does not accept the request: {azureMessage}",
          action: "Read what Azure reports, then correct the resource.",
        },
        "shared-disk": {
          message: "Azure takes no restore point of a shared disk: {azureMessage}",
          action: "Exclude the shared disk from the backup.",
        },
        "disk-not-allocated": {
          message: "Azure could not allocate a disk of the virtual machine: {azureMessage}",
          action: "Exclude the disk from the backup, or repair it.",
        },
        "encryption-key": {
          message: "The key of the disk’s encryption is not available: {azureMessage}",
          action: "Restore the key vault or key of the disk encryption set, and its access to the key.",
        },
        footer: {
          message: "Azure does not accept the uploaded disk: {azureMessage}",
          action: "Start the restore again.",
        },
        changed: { message: "The snapshot changed while Kluis read it.", action: "Start the job again." },
        "export-denied": {
          message: "The network access policy of the disk forbids export: {azureMessage}",
          action: "Change the policy of the disk to allow access, or exclude the disk.",
        },
        property: {
          message: "Azure does not change this property of an existing resource: {azureMessage}",
          action: "Read what Azure reports, then correct the resource.",
        },
        zone: {
          message: "The zones do not match: {azureMessage}",
          action: "Choose the zone of the virtual machine for the disk.",
        },
        "api-version": {
          message: "This cloud or region does not offer the API version that Kluis uses: {azureMessage}",
          action: "Update Kluis.",
        },
        "storage-version": {
          message: "The disk endpoint refuses the storage version that Kluis sends: {azureMessage}",
          action: "Set KLUIS_AZURE_STORAGE_VERSION to a version that the endpoint accepts.",
        },
        unknown: {
          message: "Azure rejects this with code {azureCode}: {azureMessage}",
          action: "Kluis tries again for some minutes, then gives up.",
        },
      },
    },
  },
  nl: {
    AZURE_NOT_FOUND: {
      title: "Niet gevonden in Azure",
      message: "De resource bestaat niet meer in Azure.",
      action: "Vernieuw de lijst vanuit Azure.",
      reasons: {
        resource: {
          message: "De resource bestaat niet meer in Azure.",
          action: "Vernieuw de lijst vanuit Azure.",
        },
        "resource-group": {
          message: "De resourcegroep bestaat niet: {azureMessage}",
          action: "Maak de resourcegroep of kies een andere.",
        },
        parent: {
          message: "De bovenliggende resource bestaat niet: {azureMessage}",
          action: "Vernieuw de lijst vanuit Azure.",
        },
        operation: {
          message: "Azure kent de bewerking niet meer.",
          action: "Geen actie nodig: Kluis leest in plaats daarvan de resource.",
        },
      },
    },
    AZURE_CONFLICT: {
      title: "Azure is bezig met deze resource",
      message: "In Azure is nog een andere bewerking op de resource actief.",
      action: "Kluis probeert het opnieuw.",
      reasons: {
        busy: {
          message: "In Azure is nog een andere bewerking op de resource actief: {azureMessage}",
          action: "Kluis probeert het opnieuw.",
        },
        "restore-point-running": {
          message: "Er wordt al een ander Azure-herstelpunt van de virtuele machine gemaakt.",
          action: "Kluis probeert het opnieuw.",
        },
        "vm-changed": {
          message: "De virtuele machine veranderde terwijl Azure de momentopname maakte.",
          action: "Kluis probeert het opnieuw.",
        },
        "being-read": {
          message: "De schijf wordt gelezen; daarom weigert Azure de wijziging: {azureMessage}",
          action: "Kluis probeert het opnieuw.",
        },
        "being-deleted": {
          message: "De resourcegroep wordt verwijderd: {azureMessage}",
          action: "Kies een andere resourcegroep.",
        },
        "vm-running": {
          message: "De schijf is gekoppeld aan een actieve virtuele machine: {azureMessage}",
          action: "Stop de virtuele machine of lees een momentopname van de schijf.",
        },
        exists: {
          message: "Azure heeft al een resource met deze naam: {azureMessage}",
          action: "Kies een andere naam.",
        },
        unknown: {
          message: "Azure weigert dit met code {azureCode}: {azureMessage}",
          action: "Kluis probeert het nog enkele minuten en stopt dan.",
        },
      },
    },
    AZURE_REJECTED: {
      title: "Azure heeft de aanvraag geweigerd",
      message: "Azure accepteert de aanvraag zo niet.",
      action: "Lees wat Azure meldt en corrigeer de resource.",
      reasons: {
        request: {
          message: "Azure accepteert de aanvraag niet: {azureMessage}",
          action: "Lees wat Azure meldt en corrigeer de resource.",
        },
        "shared-disk": {
          message: "Azure maakt geen Azure-herstelpunt van een gedeelde schijf: {azureMessage}",
          action: "Sluit de gedeelde schijf uit van de back-up.",
        },
        "disk-not-allocated": {
          message: "Azure kon een schijf van de virtuele machine niet toewijzen: {azureMessage}",
          action: "Sluit de schijf uit van de back-up of herstel deze.",
        },
        "encryption-key": {
          message: "De sleutel van de schijfversleuteling is niet beschikbaar: {azureMessage}",
          action: "Herstel de sleutelkluis of sleutel van de schijfversleutelingsset en de toegang daartoe.",
        },
        footer: {
          message: "Azure accepteert de geüploade schijf niet: {azureMessage}",
          action: "Start het herstel opnieuw.",
        },
        changed: {
          message: "De momentopname veranderde terwijl Kluis deze las.",
          action: "Start de taak opnieuw.",
        },
        "export-denied": {
          message: "Het netwerktoegangsbeleid van de schijf verbiedt export: {azureMessage}",
          action: "Sta toegang toe in het beleid van de schijf of sluit de schijf uit.",
        },
        property: {
          message: "Azure wijzigt deze eigenschap van een bestaande resource niet: {azureMessage}",
          action: "Lees wat Azure meldt en corrigeer de resource.",
        },
        zone: {
          message: "De zones komen niet overeen: {azureMessage}",
          action: "Kies voor de schijf de zone van de virtuele machine.",
        },
        "api-version": {
          message: "Deze cloud of regio biedt de API-versie die Kluis gebruikt niet aan: {azureMessage}",
          action: "Werk Kluis bij.",
        },
        "storage-version": {
          message: "Het schijfeindpunt weigert de opslagversie die Kluis stuurt: {azureMessage}",
          action: "Stel KLUIS_AZURE_STORAGE_VERSION in op een versie die het eindpunt accepteert.",
        },
        unknown: {
          message: "Azure weigert dit met code {azureCode}: {azureMessage}",
          action: "Kluis probeert het nog enkele minuten en stopt dan.",
        },
      },
    },
  },
});
